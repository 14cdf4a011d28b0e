// @vitest-environment jsdom
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompletionBody } from "../protocol/wire";
import { engineOn } from "../testing/engine-on-rig";
import { DEMO, ramble, Rig, say } from "../testing/rig";
import type { Script } from "../engine/scripted";
import { type ChatStore, type ChatStoreOptions, createChatStore } from "./chat-store";
import type { ChatSnapshot } from "./chat-view";
import type { ModelEngine } from "./model-engine";

let rig: Rig;
let engine: ModelEngine;
let bodies: CompletionBody[];
let answer: (prompt: string) => Script;

const lastText = ({ messages }: CompletionBody): string => {
  const content = messages.at(-1)?.content;
  return typeof content === "string" ? content : "";
};

beforeEach(() => {
  bodies = [];
  answer = (prompt) => say(`about ${prompt}`);
  rig = new Rig((body) => {
    bodies.push(body);
    return answer(lastText(body));
  });
  engine = engineOn(rig);
});

afterEach(() => {
  engine.close();
});

async function loaded(options?: ChatStoreOptions): Promise<ChatStore> {
  const store = createChatStore(engine, options);
  await store.switchModel(DEMO);
  await expect.poll(() => store.getSnapshot().activeModel?.id).toBe(DEMO);
  return store;
}

const texts = ({ messages }: ChatSnapshot): string[] =>
  messages.map(({ role, text, state }) => `${role} ${state}: ${text}`);

describe("models", () => {
  it("shows the catalogue, the load and the model that answers", async () => {
    const store = createChatStore(engine);
    const seen: ChatSnapshot[] = [];
    store.subscribe((snapshot) => seen.push(snapshot));
    expect(seen[0]).toMatchObject({ activeModel: null, isLoading: false, messages: [], error: null });
    await store.switchModel(DEMO);
    await expect.poll(() => store.getSnapshot().activeModel?.id).toBe(DEMO);
    expect(store.getSnapshot().availableModels.map(({ id }) => id)).toContain(DEMO);
    expect(seen.some(({ isLoading }) => isLoading)).toBe(true);
    expect(seen.some(({ progress }) => progress?.stage === "prepare")).toBe(true);
    expect(store.getSnapshot()).toMatchObject({ isLoading: false, progress: null });
  });

  it("rejects an unknown model, and shows why until something is tried again", async () => {
    const store = createChatStore(engine);
    await expect(store.switchModel("nobody-knows-me")).rejects.toMatchObject({ code: "model_not_found" });
    expect(store.getSnapshot().error?.code).toBe("model_not_found");
    await store.switchModel(DEMO);
    expect(store.getSnapshot().error).toBeNull();
  });
});

describe("a conversation with the plain engine", () => {
  it("writes the answer piece by piece and sends the conversation so far with the next question", async () => {
    const store = await loaded({ system: "Be brief.", body: { temperature: 0 } });
    const seen = new Set<string>();
    store.subscribe(({ messages }) => seen.add(messages.at(-1)?.text ?? ""));
    await store.sendMessage("cats");
    expect([...seen]).toEqual(expect.arrayContaining(["about ", "about cats"]));
    await store.sendMessage("dogs");
    expect(texts(store.getSnapshot())).toEqual([
      "user done: cats",
      "assistant done: about cats",
      "user done: dogs",
      "assistant done: about dogs",
    ]);
    expect(bodies[1]).toEqual({
      temperature: 0,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "cats" },
        { role: "assistant", content: "about cats" },
        { role: "user", content: "dogs" },
      ],
    });
  });

  it("keeps what was written when it is stopped", async () => {
    const store = await loaded();
    answer = ramble;
    const sent = store.sendMessage("go on");
    await expect.poll(() => store.getSnapshot().messages.at(-1)?.text.length).toBeGreaterThan(3);
    store.stop();
    expect(store.getSnapshot().isAnswering).toBe(false);
    await sent;
    expect(store.getSnapshot().messages.at(-1)).toMatchObject({ state: "stopped" });
    expect(store.getSnapshot().error).toBeNull();
  });

  it("shows an error beside the text that came before it, and never rejects", async () => {
    const store = await loaded();
    answer = () => ({
      deltas: ["half "],
      end: { error: { code: "context_exceeded", message: "Too long." } },
    });
    await store.sendMessage("long");
    expect(texts(store.getSnapshot())[1]).toBe("assistant failed: half ");
    expect(store.getSnapshot()).toMatchObject({ isAnswering: false, error: { code: "context_exceeded" } });
  });

  it("leaves a question out that never got a word, when the next one is asked", async () => {
    const store = await loaded();
    answer = (prompt) =>
      prompt === "bad" ? { deltas: [], end: { error: { code: "internal", message: "No." } } } : say("fine");
    await store.sendMessage("bad");
    await store.sendMessage("good");
    expect(bodies.at(-1)?.messages).toEqual([{ role: "user", content: "good" }]);
  });

  it("forgets the conversation, and an answer that still comes changes nothing", async () => {
    const store = await loaded();
    answer = ramble;
    const sent = store.sendMessage("go on");
    await expect.poll(() => store.getSnapshot().messages.at(-1)?.text).not.toBe("");
    store.clearChat();
    await sent;
    expect(store.getSnapshot()).toMatchObject({ messages: [], isAnswering: false, error: null });
  });

  it("answers beside the conversation, whole or piece by piece", async () => {
    const store = await loaded();
    expect(await store.chat("cats")).toBe("about cats");
    const pieces: string[] = [];
    for await (const piece of store.streamChat([{ role: "user", content: "dogs" }])) pieces.push(piece);
    expect(pieces.join("")).toBe("about dogs");
    expect(store.getSnapshot().messages).toEqual([]);
  });
});

it("asks an Amplifier session in the engine's place, and makes another when the chat is cleared", async () => {
  const asked: string[] = [];
  let sessions = 0;
  let ended = 0;
  const store = createChatStore(engine, {
    session: () => {
      const name = `session ${String((sessions += 1))}`;
      return {
        ask: (text, { onText } = {}) => {
          asked.push(`${name}: ${text}`);
          onText?.("Hel");
          onText?.("lo");
          return Promise.resolve({ outcome: "completed", text: "Hello" });
        },
        end: () => (ended += 1),
      };
    },
  });
  await store.sendMessage("one");
  expect(texts(store.getSnapshot())).toEqual(["user done: one", "assistant done: Hello"]);
  store.clearChat();
  await store.sendMessage("two");
  expect(asked).toEqual(["session 1: one", "session 2: two"]);
  expect(ended).toBe(1);
});

describe("snapshots", () => {
  it("are the same object while nothing changes, and share what did not", async () => {
    const store = await loaded();
    expect(store.getSnapshot()).toBe(store.getSnapshot());
    await store.sendMessage("cats");
    const before = store.getSnapshot();
    store.stop();
    expect(store.getSnapshot()).toBe(before);
    await store.sendMessage("dogs");
    expect(store.getSnapshot().messages[0]).toBe(before.messages[0]);
    expect(store.getSnapshot().availableModels).toBe(before.availableModels);
  });

  it("cannot be changed", async () => {
    const store = await loaded();
    await store.sendMessage("cats");
    const { messages } = store.getSnapshot();
    expect([store.getSnapshot(), messages, messages[1]].every(Object.isFrozen)).toBe(true);
  });

  it("tell a listener nothing any more once it is gone, or the store is", async () => {
    const store = await loaded();
    let heard = 0;
    const leave = store.subscribe(() => (heard += 1));
    leave();
    store.subscribe(() => (heard += 1));
    store.dispose();
    await engine.unload();
    expect(heard).toBe(2);
  });

  it("never change after they were given, whatever is done", async () => {
    const actions = fc.array(fc.constantFrom("send", "stop", "clear", "chat"), { maxLength: 8 });
    const store = await loaded();
    await fc.assert(
      fc.asyncProperty(actions, async (steps) => {
        const given: [ChatSnapshot, string][] = [];
        const leave = store.subscribe((snapshot) => given.push([snapshot, JSON.stringify(snapshot)]));
        const running: Promise<unknown>[] = [];
        for (const step of steps) {
          if (step === "send") running.push(store.sendMessage("cats"));
          if (step === "chat") running.push(store.chat("dogs"));
          if (step === "stop") store.stop();
          if (step === "clear") store.clearChat();
          await Promise.resolve();
        }
        await Promise.all(running);
        leave();
        for (const [snapshot, text] of given) expect(JSON.stringify(snapshot)).toBe(text);
        expect(new Set(given.map(([snapshot]) => snapshot)).size).toBe(given.length);
        expect(store.getSnapshot().isAnswering).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});
