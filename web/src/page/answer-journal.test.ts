import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { installStore, type StoreGlobals } from "../bridge/store";
import { MemoryLocks } from "../testing/locks";
import { AnswerJournal } from "./answer-journal";

interface Shown {
  id: string;
  text: string;
}

let store: StoreGlobals;
let locks: MemoryLocks;
let clock: number;
beforeEach(() => {
  const scope = {};
  installStore(scope);
  store = scope as StoreGlobals;
  locks = new MemoryLocks();
  clock = 0;
});

const tab = (): AnswerJournal<Shown> =>
  new AnswerJournal<Shown>({ store, locks, lockOf: (id) => `conversation:${id}`, now: () => (clock += 1) });

const kept = async (id: string): Promise<string | null> => {
  const text = await store.js_store_get(`answers/${id}/view`);
  return text === null ? null : (JSON.parse(text) as { conversation: Shown }).conversation.text;
};

describe("the journal of running answers", () => {
  it("keeps what is shown while an answer is written, and forgets it with its end", async () => {
    const journal = tab();
    journal.follow({ id: "a", text: "Hel" }, true);
    await expect.poll(() => kept("a")).toBe("Hel");
    journal.follow({ id: "a", text: "Hello" }, true);
    await expect.poll(() => kept("a")).toBe("Hello");
    journal.follow({ id: "a", text: "Hello." }, false);
    await expect.poll(() => kept("a")).toBeNull();
  });

  it("gives a left conversation to one tab alone, and none that is still open", async () => {
    // As an earlier page has left it, whose locks have gone with it.
    const view = { at: 1, conversation: { id: "b", text: "left" } };
    await store.js_store_set("answers/b/view", JSON.stringify(view));
    const open = tab();
    open.follow({ id: "c", text: "open" }, true);
    await expect.poll(() => kept("c")).toBe("open");
    const [first, second] = [tab(), tab()];
    expect(await first.claim()).toEqual({ id: "b", text: "left" });
    expect(await second.claim()).toBeNull();
    open.follow({ id: "c", text: "" }, false);
    first.follow({ id: "b", text: "" }, false);
    await expect.poll(() => kept("b")).toBeNull();
  });

  it("forgets both halves of an answer whose conversation is left for another", async () => {
    const journal = tab();
    journal.follow({ id: "d", text: "Hel" }, true);
    await expect.poll(() => kept("d")).toBe("Hel");
    await store.js_store_set("answers/d/turn", "{}");
    journal.follow({ id: "e", text: "" }, false);
    await expect.poll(() => kept("d")).toBeNull();
    await expect.poll(() => store.js_store_get("answers/d/turn")).toBeNull();
    // Its lock is free again.
    await locks.request("conversation:d", {}, () => null);
  });

  it("does without where nothing can be stored", async () => {
    const none = { ...store, js_store_keys: () => Promise.reject(new Error("no storage here")) };
    const journal = new AnswerJournal<Shown>({ store: none, locks, lockOf: (id) => id, now: () => 0 });
    expect(await journal.claim()).toBeNull();
  });
});
