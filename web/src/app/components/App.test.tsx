// @vitest-environment jsdom
import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ConversationList } from "../conversations/list";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import { Places } from "../places";
import { SettingsStore } from "../settings/store";
import { createState, type AppState } from "../state";
import { emptyConversation, reduceConversation } from "../stores/conversation";
import { reduceEngine } from "../stores/engine";
import { reducePython } from "../stores/python";
import { recordedActions, recordedSite, RELEASE, type Done, type SiteDone, silentKeeping } from "../testing/actions";
import { block, BOOTED, DEMO, DIED, ended, LOADED, record, response, toolCall } from "../testing/messages";
import { memoryComposing } from "../testing/composing";
import { EverythingIsSeen } from "../testing/seen";
import { scriptedModels, verdict, type Outside } from "../testing/room";
import { createTheme } from "../theme";
import { fetchMarkdown } from "./AnswerText";
import { App } from "./App";
import { AppContext } from "./context";
import type { PythonMessage } from "../../protocol/wire";

let state: AppState;
let done: Done;
let siteDone: SiteDone;
let outside: Outside;
let scripted: ReturnType<typeof scriptedModels>;
let place: HTMLElement;
let keeping: ReturnType<typeof silentKeeping>;
const wide = signal(true);

beforeAll(fetchMarkdown);

beforeEach(() => {
  // What jsdom has no layout for.
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  vi.stubGlobal("CSS", { supports: () => true });
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("IntersectionObserver", EverythingIsSeen);
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
  wide.value = true;
  state = createState("c");
  done = [];
  siteDone = [];
  place = document.createElement("div");
  document.body.append(place);
  keeping = silentKeeping();
  scripted = scriptedModels(state);
  outside = scripted.outside;
  const value = {
    state,
    actions: recordedActions(done),
    models: scripted.models,
    composing: memoryComposing(state),
    site: recordedSite(siteDone),
    release: RELEASE,
    theme: createTheme(document.documentElement, null),
    keeping,
    places: new Places(window),
    settings: new SettingsStore(() => undefined),
    wide,
  };
  void act(() => {
    render(
      <AppContext.Provider value={value}>
        <App />
      </AppContext.Provider>,
      place,
    );
  });
});

afterEach(() => {
  render(null, place);
  place.remove();
  vi.unstubAllGlobals();
});

function find(testId: string): HTMLElement {
  const element = place.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
  if (element === null) throw new Error(`The page shows no ${testId}.`);
  return element;
}
const shows = (testId: string): boolean => place.querySelector(`[data-testid="${testId}"]`) !== null;
const change = (what: () => void): void => {
  void act(what);
};

function ready(): void {
  change(() => {
    state.python.value = reducePython(state.python.value, BOOTED);
    state.engine.value = reduceEngine(state.engine.value, {
      type: "load_event",
      model: DEMO,
      event: { type: "loaded", model: LOADED, load_ms: 1 },
    });
    state.catalogue.value = [record(DEMO, { name: "Demo", embedded: true }), record("big", { name: "Big" })];
  });
}

function turn(...messages: PythonMessage[]): void {
  change(() => {
    let conversation = state.conversation.value;
    conversation = reduceConversation(conversation, { type: "asked", id: "t", question: "What?", at: 0 });
    conversation = reduceConversation(conversation, { type: "sent", id: "t" });
    for (const message of messages) {
      conversation = reduceConversation(conversation, { type: "python", message, at: 0 });
    }
    state.conversation.value = conversation;
  });
}

function press(element: Element, key: string, init: KeyboardEventInit = {}): void {
  change(() => {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
  });
}

function type(value: string): HTMLTextAreaElement {
  const field = find("composer") as HTMLTextAreaElement;
  change(() => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return field;
}

describe("the search", () => {
  it.each([true, false])("has the focus at a key, in the column and in the drawer (column: %s)", (column) => {
    change(() => {
      keeping.list.value = new ConversationList({
        database: storedDatabase(new MemoryRows()),
        now: () => 0,
        onTrouble: () => undefined,
        onRemove: () => undefined,
        onBack: () => undefined,
      });
      wide.value = column;
    });
    expect(shows("conversation-search")).toBe(column);
    press(find("composer"), "k", { ctrlKey: true });
    expect(document.activeElement).toBe(find("conversation-search"));
  });
});

describe("while things start", () => {
  it("shows what Python and the model do, and takes text already", () => {
    expect(find("python-stage").textContent).toContain("interpreter");
    expect(find("load-stage").textContent).toContain("engine");
    press(type("Hello?"), "Enter");
    expect(done).toEqual([["ask", "Hello?", []]]);
  });

  it("shows how much of Python is here, how fast the rest comes and how long that takes", () => {
    const booting = { kind: "booting", stage: "interpreter", fraction: 0.3, detail: "" } as const;
    const speed = { bytes_per_s: 2e6, remaining_s: 4 };
    change(() => {
      state.python.value = { ...booting, download: { loaded_bytes: 4e6, total_bytes: 12e6, ...speed } };
    });
    expect(find("python-stage").textContent).toMatch(/4\.0 MB of 12 MB · 2\.0 MB\/s · .*4 s/);
    change(() => {
      const unknown = { total_bytes: null, bytes_per_s: null, remaining_s: null };
      state.python.value = { ...booting, download: { loaded_bytes: 4e6, ...unknown } };
    });
    expect(find("python-stage").textContent).toMatch(/4\.0 MB$/);
  });

  it("shows a failed Python with what to do", () => {
    change(() => {
      state.python.value = { kind: "failed", error: { code: "python_failed", message: "No wheel." } };
    });
    expect(find("error").dataset["code"]).toBe("python_failed");
    expect(find("error").textContent).toContain("No wheel.");
    change(() => {
      find("restart-python").click();
    });
    expect(done).toEqual([["restartPython"]]);
  });

  it("draws the stages away when everything is ready", () => {
    ready();
    expect(shows("load-stage")).toBe(false);
    expect(find("engine-name").textContent).toBe("WebLLM · WebGPU (google swiftshader)");
  });
});

describe("a lost engine", () => {
  it("is told in a sentence while it is made anew", () => {
    ready();
    change(() => {
      state.engine.value = reduceEngine(state.engine.value, {
        type: "state",
        state: {
          type: "loading",
          model: DEMO,
          fraction: 0.2,
          recovering: { code: "device_lost", message: "The GPU device was lost." },
        },
      });
    });
    expect(find("recovering").textContent).toContain("The graphics device was lost. The engine is started again");
  });

  it("that asks for consent to a download gets it at a click", () => {
    change(() => {
      const error = { code: "consent_required", message: "It costs." } as const;
      state.engine.value = { kind: "failed", model: "big", error };
    });
    change(() => {
      find("agree-metered").click();
    });
    expect(outside.loads).toEqual([["big", { metered_ok: true }]]);
  });
});

describe("a model that loads behind", () => {
  it("is shown in the header, and leads to its row", () => {
    ready();
    change(() => {
      state.engine.value = reduceEngine(state.engine.value, {
        type: "state",
        state: { type: "ready", model: LOADED, queued: 0, incoming: { model: "big", fraction: 0.42 } },
      });
    });
    expect(find("underway").textContent).toContain("Big loads behind, 42 %");
    change(() => {
      find("underway").click();
    });
    expect(state.models.opened.value).toBe("big");
  });
});

describe("an offer", () => {
  it("stands in an empty conversation and is declined for good", async () => {
    ready();
    outside.room.choices = [verdict("big", { download_bytes: 370e6 })];
    await act(() => scripted.models.answers());
    expect(find("offer").textContent).toContain("A better model for this device: Big");
    change(() => {
      find("offer-decline").click();
    });
    expect(shows("offer")).toBe(false);
  });
});

describe("the message box", () => {
  it("sends on Enter, starts a line on Shift+Enter, and leaves an input method alone", () => {
    ready();
    press(type("Hello?"), "Enter", { shiftKey: true });
    press(find("composer"), "Enter", { isComposing: true });
    expect(done).toEqual([]);
    press(find("composer"), "Enter");
    expect(done).toEqual([["ask", "Hello?", []]]);
    expect((find("composer") as HTMLTextAreaElement).value).toBe("");
  });

  it("stops the running answer on Escape, wherever the focus is", () => {
    press(document.body, "Escape");
    expect(done).toEqual([["stop"]]);
  });

  it("begins a new conversation on Ctrl+Shift+O", () => {
    press(document.body, "O", { ctrlKey: true, shiftKey: true });
    expect(done).toEqual([["newConversation"]]);
  });
});

describe("an answer", () => {
  it("shows thinking folded away, tool calls as cards, the text and the figures", () => {
    ready();
    turn(
      ...block("t", "thinking", ["Hm."]),
      ...toolCall("t", "1", "notes", { action: "list" }, { success: true, output: "none" }),
      ...block("t", "text", ["**Done.**"], { index: 1 }),
      response("t"),
      ended("t", "**Done.**"),
    );
    expect(find("thinking").hasAttribute("open")).toBe(false);
    expect(find("tool-call").textContent).toContain("notes");
    expect(find("answer-text").querySelector("strong")?.textContent).toBe("Done.");
    expect(find("figures").textContent).toContain("6.4 tokens/s");
    expect(find("message-assistant").dataset["state"]).toBe("done");
  });

  it("says which model gave it, and that the engine was lost in the middle", () => {
    ready();
    turn(...block("t", "text", ["Whole."]), response("t", { recovered: ["device_lost"] }), ended("t", "Whole."));
    expect(find("figures").textContent).toContain("Demo");
    expect(find("recovered").textContent).toContain("The graphics device was lost. The engine came back");
  });

  it("that a fresh engine may cure offers one", () => {
    ready();
    turn({ type: "turn_failed", id: "t", error: { code: "device_lost", message: "It is gone." } });
    change(() => {
      find("reset-gpu").click();
    });
    expect(outside.room.asked).toContainEqual(["reset"]);
  });

  it("that was cut at its length, stopped or broken off offers to go on", () => {
    ready();
    const cut = response("t", { finish_reason: "length" });
    turn(...block("t", "text", ["Half"]), cut, ended("t", "Half"));
    change(() => {
      find("continue").click();
    });
    expect(done).toEqual([["continueTurn", "t"]]);
  });

  it("that is whole, or has no text, offers no such thing", () => {
    ready();
    turn(...block("t", "text", ["Whole."]), response("t"), ended("t", "Whole."));
    expect(shows("continue")).toBe(false);
    change(() => {
      state.conversation.value = emptyConversation("d");
    });
    turn({ type: "turn_failed", id: "t", error: DIED });
    expect(shows("continue")).toBe(false);
  });

  it("that failed says so, keeps its text and can be tried again", () => {
    ready();
    turn(...block("t", "text", ["Half"]), { type: "turn_failed", id: "t", error: DIED });
    expect(find("answer-text").textContent.trim()).toBe("Half");
    expect(find("error").dataset["code"]).toBe("worker_died");
    change(() => {
      find("retry").click();
    });
    expect(done).toEqual([["retry", "t"]]);
  });

  it("that streams can be stopped", () => {
    ready();
    turn(...block("t", "text", ["Half"]));
    expect(find("message-assistant").dataset["state"]).toBe("streaming");
    change(() => {
      find("stop").click();
    });
    expect(done).toEqual([["stop"]]);
  });
});

describe("the models", () => {
  it("are behind the name of the model in the header", async () => {
    ready();
    change(() => {
      find("model-picker").click();
    });
    await vi.waitFor(() => {
      expect(find("model-dialog").textContent).toContain("700 MB");
    });
    expect(outside.loads).toEqual([]);
  });
});

describe("what works without a network", () => {
  const FAULT = { code: "hash_mismatch", path: "parts/demo-1/demo.gguf" } as const;

  it.each([
    [{ kind: "starting" }, "Preparing offline use"],
    [{ kind: "unsupported", reason: "insecure" }, "Online only"],
    [{ kind: "offered", missing_bytes: 36e6 }, "Save for offline use"],
    [{ kind: "saving", done_bytes: 12e6, total_bytes: 48e6 }, "Saving 12 MB of 48 MB"],
    [{ kind: "ready", bytes: 48e6, persisted: true }, "Ready offline"],
    [{ kind: "other_version" }, "Other version"],
    [{ kind: "failed", fault: FAULT }, "Not ready offline"],
  ] as const)("is one word in the header: %o", (offline, words) => {
    change(() => (state.offline.value = offline));
    expect(find("offline-status").textContent).toBe(words);
    expect(find("offline-status").getAttribute("aria-label")).toBe(`Offline use: ${words}`);
  });

  it("names a fault with its code and what to do, and offers to try again", () => {
    change(() => (state.offline.value = { kind: "failed", fault: FAULT }));
    const fault = find("offline-fault");
    expect(fault.dataset["code"]).toBe("hash_mismatch");
    expect(fault.textContent).toContain("not kept: parts/demo-1/demo.gguf");
    expect(fault.textContent).toContain("reload the page in a minute");
    change(() => {
      find("offline-save").click();
    });
    expect(siteDone).toEqual(["save"]);
  });

  it("shows a way to install only where the browser has one", () => {
    expect(shows("install")).toBe(false);
    change(() => (state.install.value = "available"));
    change(() => {
      find("install").click();
    });
    expect(siteDone).toEqual(["install"]);
  });
});

describe("another version", () => {
  it("waits for the user, who may put it off", () => {
    expect(shows("update")).toBe(false);
    change(() => (state.update.value = { kind: "waiting", version: "2.0" }));
    expect(find("update").textContent).toContain("A new version (2.0) is ready.");
    change(() => {
      find("update-later").click();
      find("update-apply").click();
    });
    expect(siteDone).toEqual(["postponeUpdate", "applyUpdate"]);
  });

  it.each(["waiting", "outdated"] as const)("says what becomes of a conversation and a draft (%s)", (kind) => {
    change(() => (state.update.value = { kind, version: "2.0" }));
    expect(find("update").textContent).not.toContain("loads again");
    type("Half a thought");
    expect(find("update").textContent).toContain("goes on where it is");
    type("");
    change(() => {
      state.conversation.value = reduceConversation(state.conversation.value, {
        type: "asked",
        id: "t",
        question: "q",
        at: 0,
      });
    });
    expect(find("update").textContent).toContain("goes on where it is");
    change(() => (keeping.state.lasting.value = false));
    expect(find("update").textContent).toContain("this conversation ends with it");
  });

  it("offers a reload to a page that another tab has left behind", () => {
    change(() => (state.update.value = { kind: "outdated", version: "2.0" }));
    expect(find("update").textContent).toContain("updated this application to version 2.0");
    change(() => {
      find("update-reload").click();
    });
    expect(siteDone).toEqual(["reload"]);
  });

  it("that did not arrive whole is reported once, with the file", () => {
    const fault = { code: "file_missing", path: "assets/new.js", status: 404 } as const;
    change(() => (state.update.value = { kind: "failed", fault }));
    expect(find("update").textContent).toContain("(HTTP 404): assets/new.js");
  });
});
