import { beforeEach, describe, expect, it } from "vitest";
import type { ToPython } from "../page/python-host";
import type { Ask } from "../protocol/wire";
import { Controller, EVENTS_KEPT } from "./controller";
import { createState, type AppState } from "./state";
import { branchOf, entriesOf } from "./stores/branches";
import { block, BOOTED, DEMO, DIED, ended, event, LOADED } from "./testing/messages";

/** The two other threads, as far as the controller speaks to them. */
class Threads {
  readonly sent: (ToPython)[] = [];
  readonly loads: string[] = [];
  starts = 0;
  restarts = 0;

  readonly python = {
    start: (): void => {
      this.starts += 1;
    },
    send: (message: ToPython): void => {
      this.sent.push(message);
    },
  };
  readonly engine = {
    start: (model: string): void => {
      this.loads.push(model);
    },
    load: (model: string): void => {
      this.loads.push(model);
    },
    restart: (): Promise<void> => {
      this.restarts += 1;
      return Promise.resolve();
    },
  };

  asks(): Ask[] {
    return this.sent.filter((message) => message.type === "ask");
  }
}

let state: AppState;
let threads: Threads;
let controller: Controller;

beforeEach(() => {
  let ids = 0;
  state = createState("c");
  threads = new Threads();
  controller = new Controller({
    state,
    // Every message is a frame of its own: batching has its own test.
    clock: {
      request: (callback) => {
        queueMicrotask(callback);
      },
    },
    now: () => 1000,
    elapsed: () => 5,
    newId: () => `id-${String((ids += 1))}`,
  });
  controller.start(threads.python, threads.engine, DEMO);
});

async function says(...messages: Parameters<Controller["receive"]>[0][]): Promise<void> {
  for (const message of messages) controller.receive(message);
  await Promise.resolve();
}

const pythonIsReady = (): Promise<void> => says(BOOTED);
const modelIsReady = (model = LOADED): void => {
  controller.engineChanged({ type: "load_event", model: model.id, event: { type: "loaded", model, load_ms: 1 } });
};
async function allReady(): Promise<void> {
  await pythonIsReady();
  modelIsReady();
}
const states = (): string[] => branchOf(state.conversation.value).map((turn) => turn.state.kind);

describe("asking", () => {
  it("starts Python and the model side by side", () => {
    expect([threads.starts, threads.loads]).toEqual([1, [DEMO]]);
  });

  it("takes a question at once and sends it when both are ready, whichever comes last", async () => {
    controller.ask("  What is this?  ");
    expect(states()).toEqual(["waiting"]);
    await pythonIsReady();
    expect(threads.asks()).toEqual([]);
    modelIsReady();
    expect(threads.asks()).toMatchObject([{ conversation: "c", text: "What is this?" }]);
    expect(states()).toEqual(["running"]);
  });

  it("asks nothing for an empty message", () => {
    controller.ask(" \n ");
    expect(states()).toEqual([]);
  });

  it("sends the next question when the one before has ended", async () => {
    await allReady();
    controller.ask("One?");
    controller.ask("Two?");
    expect(threads.asks()).toHaveLength(1);
    await says(ended(threads.asks()[0]?.id ?? ""));
    expect(threads.asks().map((ask) => ask.text)).toEqual(["One?", "Two?"]);
  });

  it("returns a withdrawn question to the empty message box", () => {
    controller.ask("Typo?");
    controller.withdraw(branchOf(state.conversation.value)[0]?.id ?? "");
    expect(state.draft.value).toBe("Typo?");
    expect(states()).toEqual([]);
  });

  it("loses neither the question nor what was typed meanwhile", () => {
    controller.ask("Typo?");
    state.draft.value = "Another";
    controller.withdraw(branchOf(state.conversation.value)[0]?.id ?? "");
    expect(state.draft.value).toBe("Typo?\n\nAnother");
  });
});

describe("stopping", () => {
  it("tells Python which turn, and leaves its end to Python", async () => {
    await allReady();
    controller.ask("One?");
    controller.stop();
    const id = threads.asks()[0]?.id ?? "";
    expect(threads.sent.at(-1)).toEqual({ type: "stop", id });
    expect(states()).toEqual(["running"]);
    await says(ended(id, "", "cancelled"));
    expect(states()).toEqual(["stopped"]);
  });

  it("is nothing when nothing runs", () => {
    controller.stop();
    expect(threads.sent).toEqual([]);
  });
});

describe("after a failure", () => {
  it("a failed last turn makes room for its second try", async () => {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    await says({ type: "turn_failed", id, error: DIED });
    expect(states()).toEqual(["failed"]);
    controller.retry(id);
    expect(states()).toEqual(["running"]);
    expect(threads.asks()).toHaveLength(2);
  });

  it("a question asked while the engine starts again waits for it", async () => {
    await allReady();
    controller.engineChanged({ type: "died", error: DIED });
    controller.ask("Now?");
    expect(threads.asks()).toEqual([]);
    modelIsReady();
    expect(threads.asks()).toHaveLength(1);
  });

  it("a second try starts an engine that had been given up", async () => {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    await says({ type: "turn_failed", id, error: DIED });
    controller.engineChanged({ type: "gave_up", error: DIED });
    controller.retry(id);
    expect(threads.restarts).toBe(1);
    expect(states()).toEqual(["waiting"]);
  });

  it("Python can be started again; what waits is sent then, and the page says what was forgotten", async () => {
    await allReady();
    controller.ask("One?");
    await says(ended(threads.asks()[0]?.id ?? "", "Yes."));
    await says({ type: "python_failed", error: { code: "python_failed", message: "It crashed." } });
    controller.ask("Two?");
    expect(state.readiness.value).toBe("python_failed");
    controller.restartPython();
    expect(threads.starts).toBe(2);
    await pythonIsReady();
    expect(threads.asks().map((ask) => ask.text)).toEqual(["One?", "Two?"]);
    expect(entriesOf(state.conversation.value).map((entry) => entry.kind)).toEqual(["turn", "notice", "turn"]);
  });
});

describe("a new conversation", () => {
  it("begins under a new name", async () => {
    await allReady();
    controller.ask("One?");
    controller.newConversation();
    expect(entriesOf(state.conversation.value)).toEqual([]);
    controller.ask("Two?");
    expect(threads.asks().at(-1)?.conversation).toBe(state.conversation.value.id);
    expect(state.conversation.value.id).not.toBe("c");
  });

  it("leaves the answer that runs to go on behind it, to be seen when one comes back", async () => {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    const left = state.conversation.value;
    controller.newConversation();
    const ends: string[] = [];
    const unwatch = state.behind.subscribe((behind) => ends.push(branchOf(behind.get("c") ?? left)[0]?.state.kind ?? ""));
    await says(...block(id, "text", ["Yes."]), ended(id, "Yes."));
    unwatch();
    expect(ends).toContain("done");
    expect(state.behind.value.size).toBe(0);
    controller.open(left);
    expect(state.conversation.value.id).toBe("c");
  });
});

describe("a branch", () => {
  const kept = (question: string): { role: string; content: string }[] => [
    { role: "user", content: question },
    { role: "assistant", content: `${question} Yes.` },
  ];
  async function answer(): Promise<string> {
    const ask = threads.asks().at(-1);
    const id = ask?.id ?? "";
    await says(...block(id, "text", ["Yes."], { request: id }), {
      type: "turn_ended",
      id,
      outcome: "completed",
      text: "Yes.",
      messages: kept(ask?.text ?? ""),
    });
    return id;
  }
  const histories = (): unknown[] => threads.asks().map(({ history }) => history?.map(({ content }) => content));

  it("that only grows tells Python nothing that it knows", async () => {
    await allReady();
    controller.ask("One?");
    await answer();
    controller.ask("Two?");
    expect(histories()).toEqual([undefined, undefined]);
  });

  it("beside another is told from its beginning, and asked in its own place", async () => {
    await allReady();
    controller.ask("One?");
    const one = await answer();
    controller.ask("Two?");
    const two = await answer();
    controller.edit(two, "Two, in other words?");
    expect(histories().at(-1)).toEqual(["One?", "One? Yes."]);
    await answer();
    controller.retry(one);
    expect(histories().at(-1)).toEqual([]);
    expect(branchOf(state.conversation.value).map(({ question }) => question)).toEqual(["One?"]);
    expect(state.conversation.value.turns).toHaveLength(4);
  });

  it("is told again to a Python that was restarted, and after an end without messages", async () => {
    await allReady();
    controller.ask("One?");
    await answer();
    controller.restartPython();
    await pythonIsReady();
    controller.ask("Two?");
    expect(histories().at(-1)).toEqual(["One?", "One? Yes."]);
    await says(ended(threads.asks().at(-1)?.id ?? "", "Fine."));
    controller.ask("Three?");
    expect(histories().at(-1)).toEqual(["One?", "One? Yes.", "Two?", "Fine."]);
  });

  it("is left by an edit of the question that is being answered", async () => {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    controller.edit(id, "Else?");
    expect(threads.sent.at(-1)).toEqual({ type: "stop", id });
    await says(ended(id, "", "cancelled"));
    expect(threads.asks().at(-1)?.text).toBe("Else?");
  });

  it("that is deleted stops, and comes back at a word", async () => {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    controller.clear();
    expect(threads.sent.at(-1)).toEqual({ type: "stop", id });
    expect(states()).toEqual([]);
    controller.undoRemoval();
    expect(states()).toEqual(["running"]);
  });
});

describe("a question", () => {
  it("goes with its files, its images and the conversation's system text", async () => {
    await allReady();
    controller.instruct(" Be brief. ");
    controller.ask("What is it?", [
      { kind: "text", id: "1", name: "a.md", text: "```\ncode\n```" },
      { kind: "image", id: "2", name: "b.png", media_type: "image/png", data: "AAAA" },
    ]);
    expect(threads.asks()[0]).toMatchObject({
      text: "File: a.md\n````\n```\ncode\n```\n````\n\nWhat is it?",
      images: [{ media_type: "image/png", data: "AAAA" }],
      settings: { instruction: "Be brief." },
    });
  });
});

describe("another model", () => {
  it("is announced between the turns", async () => {
    await allReady();
    controller.ask("One?");
    await says(ended(threads.asks()[0]?.id ?? "", "Yes."));
    controller.loadModel("other");
    expect(threads.loads).toEqual([DEMO, "other"]);
    controller.engineChanged({ type: "load_asked", model: "other" });
    modelIsReady({ ...LOADED, id: "other" });
    expect(entriesOf(state.conversation.value).at(-1)).toMatchObject({ kind: "notice", what: { type: "new_model", model: "other" } });
  });
});

describe("an answer that was cut", () => {
  async function cut(): Promise<string> {
    await allReady();
    controller.ask("One?");
    const id = threads.asks()[0]?.id ?? "";
    await says(...block(id, "text", ["Hel"], { request: "r1" }), ended(id, "", "cancelled"));
    return id;
  }

  it("goes on in its own place, with its text standing until it comes again", async () => {
    const id = await cut();
    controller.continueTurn(id);
    expect(threads.asks().at(-1)).toMatchObject({ id, text: "One?", resume: true });
    const [shown] = branchOf(state.conversation.value);
    expect(shown).toMatchObject({ state: { kind: "running" }, parts: [{ text: "Hel" }] });
    await says(...block(id, "text", ["Hel", "lo"], { request: "r2" }), ended(id, "Hello"));
    expect(branchOf(state.conversation.value)).toMatchObject([{ state: { kind: "done" }, parts: [{ text: "Hello" }] }]);
  });

  it("and has another behind it stays as it is", async () => {
    const id = await cut();
    controller.ask("Two?");
    const asked = threads.asks().length;
    controller.continueTurn(id);
    expect(threads.asks()).toHaveLength(asked);
  });
});

describe("a lost engine", () => {
  const lost = { type: "loading", model: DEMO, fraction: 0, recovering: DIED } as const;

  it("is told once, however often its load goes on", async () => {
    await allReady();
    controller.ask("One?");
    controller.engineChanged({ type: "state", state: lost });
    controller.engineChanged({ type: "state", state: { ...lost, fraction: 0.5 } });
    const notices = entriesOf(state.conversation.value).filter((entry) => entry.kind === "notice");
    expect(notices).toMatchObject([{ what: { type: "engine_lost", code: "worker_died" } }]);
  });

  it("of a model that should have taken over leaves what answers", async () => {
    await allReady();
    controller.ask("One?");
    controller.engineChanged({ type: "behind_failed", model: "big", error: DIED });
    expect(state.engine.value.kind).toBe("ready");
    expect(entriesOf(state.conversation.value).at(-1)).toMatchObject({
      what: { type: "behind_failed", model: "big", message: "The engine's worker has died." },
    });
  });
});

describe("what is told", () => {
  it("keeps every Amplifier event with its arrival", async () => {
    await says(event("t", "prompt:submit", { prompt: "x" }), ...block("t", "text", ["y"]));
    expect(controller.events.map((seen) => seen.name)).toEqual([
      "prompt:submit",
      "llm:stream_block_start",
      "llm:stream_block_delta",
      "llm:stream_block_end",
    ]);
    expect(controller.events[0]).toEqual({ turn: "t", name: "prompt:submit", payload: { prompt: "x" }, at: 5 });
  });

  it("lets go of the oldest events in a long life", async () => {
    const told = Array.from({ length: EVENTS_KEPT + 5 }, (_, place) => event("t", "prompt:submit", { place }));
    await says(...told);
    expect(controller.events).toHaveLength(EVENTS_KEPT);
    expect(controller.events[0]?.payload).toEqual({ place: 5 });
  });

  it("says once that everything is ready", async () => {
    await pythonIsReady();
    expect(state.announcement.value).toBe("");
    modelIsReady();
    expect(state.announcement.value).toMatch(/Ready/);
  });
});
