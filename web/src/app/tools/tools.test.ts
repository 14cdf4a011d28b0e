import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ToPython } from "../../page/python-host";
import type { PageServices } from "../../page/page-calls";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import { BUILT_IN_NAMES } from "./built-in";
import { draftOf, NEW_DRAFT, problemOf, readTool, toolOf, type Parameter } from "./own-tool";
import { HOOK_NAMES, hookIsOn, hookSettings, readHookChoices } from "./hooks";
import { argumentsOf, fieldsOf } from "./schema-form";
import { choiceOf, readChoices, toolSettings } from "./settings";
import { createToolsState } from "./state";
import { Tools } from "./tools";

const OWN = toolOf({ ...NEW_DRAFT, name: "reverse", description: "Turns a text around." });

describe("the settings of a session", () => {
  it("say nothing of tools where everything is as it comes", () => {
    expect(toolSettings({}, [])).toEqual({});
    expect(toolSettings({ notes: { on: true } }, [])).toEqual({});
  });

  it("name the modules that are on, and what was said about them", () => {
    expect(toolSettings({ todo: { on: false }, clock: { on: true, permission: "ask" } }, [])).toEqual({
      tools: ["tool-notes", "tool-clock"],
      permissions: { clock: "ask" },
    });
  });

  it("hold a person's own tools, unless they are turned off", () => {
    expect(toolSettings({ reverse: { permission: "allow" } }, [OWN])).toEqual({
      custom_tools: [OWN],
      permissions: { reverse: "allow" },
    });
    expect(toolSettings({ reverse: { on: false } }, [OWN])).toEqual({});
  });

  it("let what reaches outside, and what a person wrote, ask", () => {
    for (const name of ["clipboard", "download", "fetch", "reverse"]) {
      expect(choiceOf({}, name).permission).toBe("ask");
    }
  });

  it("are read from whatever was stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        expect(() => toolSettings(readChoices(stored), [])).not.toThrow();
        readTool(stored);
      }),
    );
    expect(readChoices({ notes: { on: "yes", permission: "always" }, todo: { on: false } })).toEqual({
      notes: {},
      todo: { on: false },
    });
  });
});

describe("the hooks of a session", () => {
  it("are not named where everything is as it comes", () => {
    expect(hookSettings({})).toEqual({});
    expect(hookSettings({ metrics: true, logging: false })).toEqual({});
  });

  it("are those that a person has turned on, and no other", () => {
    expect(hookSettings({ redaction: true })).toEqual({ hooks: ["hooks-redaction", "hooks-metrics"] });
    expect(hookSettings({ metrics: false })).toEqual({ hooks: [] });
  });

  it("are read from whatever was stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        const read = readHookChoices(stored);
        for (const name of HOOK_NAMES) expect(hookIsOn(read, name)).toBeTypeOf("boolean");
      }),
    );
    expect(readHookChoices({ redaction: true, metrics: "no", other: true })).toEqual({ redaction: true });
  });
});

describe("a form for arguments", () => {
  const fields = fieldsOf({
    type: "object",
    properties: {
      action: { type: "string", enum: ["add", "list"] },
      text: { type: "string" },
      count: { type: "integer" },
      share: { type: "number" },
      loud: { type: "boolean" },
      more: { type: "array" },
    },
    required: ["action"],
  });

  it("gives each value its type and leaves out what is empty", () => {
    const values = { action: "add", text: "5", count: "2", share: "0,5", loud: "no", more: "[1]" };
    expect(argumentsOf(fields, values)).toEqual({
      arguments: { action: "add", text: "5", count: 2, share: 0.5, loud: false, more: [1] },
    });
    expect(argumentsOf(fields, { action: "list" })).toEqual({ arguments: { action: "list" } });
  });

  it("says which field cannot be used", () => {
    expect(argumentsOf(fields, {})).toEqual({ problem: "missing", field: "action" });
    expect(argumentsOf(fields, { action: "add", count: "1.5" })).toEqual({ problem: "no_number", field: "count" });
    expect(argumentsOf(fields, { action: "add", more: "[" })).toEqual({ problem: "no_json", field: "more" });
  });
});

describe("a tool of one's own", () => {
  it("comes back from its definition as it was written", () => {
    const parameter: fc.Arbitrary<Parameter> = fc.record({
      name: fc.stringMatching(/^[a-z]\w{0,8}$/u),
      type: fc.constantFrom("string", "integer", "number", "boolean"),
      about: fc.string().map((about) => about.trim()),
      required: fc.boolean(),
    });
    const parameters = fc.uniqueArray(parameter, { selector: ({ name }) => name, maxLength: 4 });
    fc.assert(
      fc.property(parameters, (written) => {
        const draft = { ...NEW_DRAFT, name: "mine", description: "Does it.", parameters: written };
        expect(problemOf(draft, [])).toBeNull();
        expect(draftOf(toolOf(draft))).toEqual(draft);
        expect(readTool(JSON.parse(JSON.stringify(toolOf(draft))))).toEqual(toolOf(draft));
      }),
    );
  });

  it("is refused with what is wrong", () => {
    const right = { ...NEW_DRAFT, name: "mine", description: "Does it." };
    expect(problemOf({ ...right, name: "Mine" }, [])).toEqual({ what: "badName" });
    for (const name of BUILT_IN_NAMES) expect(problemOf({ ...right, name }, [])).toEqual({ what: "taken", name });
    expect(problemOf(right, ["mine"])).toEqual({ what: "taken", name: "mine" });
    expect(problemOf({ ...right, description: " " }, [])).toEqual({ what: "noDescription" });
    expect(problemOf({ ...right, source: "print(1)" }, [])).toEqual({ what: "noRun" });
    const twice = [...NEW_DRAFT.parameters, ...NEW_DRAFT.parameters];
    expect(problemOf({ ...right, parameters: twice }, [])).toEqual({ what: "badParameter", name: "text" });
  });
});

describe("the tools of the page", () => {
  let sent: ToPython[];
  let tools: Tools;
  let said: string[];
  let read: string[];
  let mayRead: Parameters<ConstructorParameters<typeof Tools>[0]["services"]>[0];

  function make(): Tools {
    let ids = 0;
    return new Tools({
      state: createToolsState(),
      send: (message) => sent.push(message),
      services: (asked): PageServices => {
        mayRead = asked;
        return {
          fetch: async ({ url }, context) => {
            if (!(await asked(new URL(String(url)), context))) return { denied: true };
            read.push(String(url));
            return { text: "" };
          },
        };
      },
      newId: () => `id-${String((ids += 1))}`,
      now: () => 0,
      conversationOf: (turn) => (turn?.startsWith("turn") === true ? "c" : null),
      settings: () => ({ instruction: "Be brief." }),
      announce: (sentence) => said.push(sentence),
      failed: (error) => {
        throw error;
      },
    });
  }

  beforeEach(() => {
    sent = [];
    said = [];
    read = [];
    tools = make();
  });

  const call = (name: string, url: string, turn = "turn-1"): void => {
    tools.receive({ type: "page_call", call: name, id: turn, service: "fetch", arguments: { url } });
  };
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const ask = (approval: string, url: string, turn = "turn-1"): void => {
    tools.receive({
      type: "approval_asked",
      id: turn,
      approval,
      tool: "fetch",
      arguments: { url },
      question: "May the tool fetch run?",
    });
  };

  it("keep what was chosen, and read it again", async () => {
    const database = storedDatabase(new MemoryRows());
    await tools.attach(database);
    tools.choose("clock", { on: true });
    tools.choose("clock", { permission: "ask" });
    tools.chooseHook("logging", true);
    tools.allowSite("https://a.example");
    tools.keepOwn(OWN, null);
    tools.keepOwn({ ...OWN, name: "backwards" }, "reverse");
    await vi.waitFor(async () => {
      expect((await database.tools.all()).map(({ id }) => id)).toEqual(["backwards"]);
    });
    await settle();
    const again = make();
    await again.attach(database);
    expect(again.state.choices.value).toEqual({ clock: { on: true, permission: "ask" } });
    expect(again.state.hooks.value).toEqual({ logging: true });
    expect(again.settings()).toMatchObject({ hooks: ["hooks-metrics", "hooks-logging"] });
    expect(again.state.sites.value).toEqual(["https://a.example"]);
    expect(again.state.own.value.map(({ name }) => name)).toEqual(["backwards"]);
  });

  it("let a site be read that stands on the list, and no other without an answer", async () => {
    tools.allowSite("https://a.example");
    call("1", "https://a.example/x");
    call("2", "https://b.example/y");
    await settle();
    expect(read).toEqual(["https://a.example/x"]);
    const [question] = tools.state.questions.value;
    expect(question).toMatchObject({ site: "https://b.example", turn: "turn-1" });
    expect(said).toHaveLength(1);
    tools.answerSite(question?.id ?? "", "always");
    await settle();
    expect(read).toEqual(["https://a.example/x", "https://b.example/y"]);
    expect(tools.state.sites.value).toContain("https://b.example");
  });

  it("take consent to one call for one reading of that site, in that turn", async () => {
    ask("a-1", "https://a.example/x");
    tools.approved("a-1", "once");
    call("1", "https://a.example/x");
    call("2", "https://a.example/x");
    call("3", "https://a.example/x", "turn-2");
    await settle();
    expect(read).toHaveLength(1);
    expect(tools.state.questions.value).toHaveLength(2);
  });

  it("take consent for the conversation for that site in it, and for no other site", async () => {
    ask("a-1", "https://a.example/x");
    tools.approved("a-1", "conversation");
    call("1", "https://a.example/x");
    call("2", "https://a.example/y", "turn-2");
    call("3", "https://b.example/", "turn-2");
    await settle();
    expect(read).toHaveLength(2);
    expect(tools.state.questions.value.map(({ site }) => site)).toEqual(["https://b.example"]);
  });

  it("take no denial for consent", async () => {
    ask("a-1", "https://a.example/x");
    tools.approved("a-1", "deny");
    call("1", "https://a.example/x");
    await settle();
    expect(read).toEqual([]);
  });

  it("ask nobody any more when a call is cancelled", async () => {
    call("1", "https://a.example/x");
    await settle();
    expect(tools.state.questions.value).toHaveLength(1);
    tools.receive({ type: "page_call_cancelled", call: "1" });
    await settle();
    expect(tools.state.questions.value).toEqual([]);
    expect(sent).toEqual([]);
    expect(mayRead).toBeTypeOf("function");
  });

  it("run a tool by hand with the settings of a session, even one that is off", async () => {
    tools.chooseHook("redaction", true);
    tools.trials.run("clock", { timezone: "UTC" });
    expect(sent).toMatchObject([
      {
        type: "run_tool",
        tool: "clock",
        arguments: { timezone: "UTC" },
        settings: { instruction: "Be brief.", tools: ["tool-notes", "tool-todo", "tool-clock"], hooks: ["hooks-redaction", "hooks-metrics"] },
      },
    ]);
    const trial = (): string | undefined => tools.state.trials.value.get("clock")?.state.kind;
    expect(trial()).toBe("running");
    tools.trials.stop("clock");
    expect(sent.at(-1)).toMatchObject({ type: "stop" });
    const id = tools.state.trials.value.get("clock")?.id ?? "";
    tools.receive({ type: "turn_ended", id, outcome: "cancelled", text: "" });
    await vi.waitFor(() => {
      expect(trial()).toBe("stopped");
    });
  });
});
