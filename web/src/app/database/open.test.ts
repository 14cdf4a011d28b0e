import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openDB } from "idb";
import { conversationRecord } from "../testing/records";
import type { RecordCodec } from "./codec";
import { MIGRATIONS } from "./migrations";
import { openDatabase } from "./open";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("opening the database", () => {
  it("finds what was kept, and hears of what another tab stores", async () => {
    const [one, other] = [await openDatabase({ name: "open-1" }), await openDatabase({ name: "open-1" })];
    expect(one.lasting).toBe(true);
    const heard = new Promise((resolve) => other.changes.listen((change, from) => { resolve([change, from]); }));
    await one.conversations.save({ conversation: conversationRecord("a"), turns: [] });
    const written = { revision: 1, turns: [], removed: [] };
    expect(await heard).toEqual([{ kind: "conversation", id: "a", written }, "elsewhere"]);
    expect((await other.conversations.get("a"))?.revision).toBe(1);
    one.close();
    other.close();
  });

  it("works in memory where the browser keeps nothing, and says so", async () => {
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    // A database of a version from the future cannot be opened.
    (await openDB("open-2", MIGRATIONS.length + 1)).close();
    const database = await openDatabase({ name: "open-2" });
    expect(database.lasting).toBe(false);
    expect(warned).toHaveBeenCalledOnce();
    await database.settings.set("a", 1);
    expect(await database.settings.get("a")).toBe(1);
    database.close();
  });

  it("leaves no word of a person's in IndexedDB where the codec seals it", async () => {
    const shifted = (text: string, by: number): string =>
      Array.from(text, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + by)).join("");
    const sealed = (text: string): string => shifted(text, 5000);
    const opened = (text: string): string => shifted(text, -5000);
    const codec: RecordCodec = {
      encode: (body) => Promise.resolve(sealed(JSON.stringify(body))),
      decode: (stored) => Promise.resolve(JSON.parse(opened(String(stored)))),
      key: (text) => Promise.resolve(sealed(text)),
      text: (key) => Promise.resolve(opened(key)),
      beginning: (text) => Promise.resolve({ from: sealed(text), to: sealed(text) }),
    };
    const database = await openDatabase({ name: "open-3", codec });
    const conversation = conversationRecord("a", { title: "Secret", folder: "Secrets", tags: ["secretly"] });
    const turn = { id: "t", conversation: "a", revision: 0, askedAt: 1, words: ["secret"], excerpt: "secret", turn: { question: "secret" } };
    await database.conversations.save({ conversation, turns: [turn] });
    await database.drafts.set({ conversation: "a", changedAt: 1, text: "secret", details: {} });
    expect((await database.conversations.search("secret", { limit: 9 })).hits[0]?.conversation.title).toBe("Secret");
    expect(await database.conversations.labels()).toEqual({ folders: ["Secrets"], tags: ["secretly"] });
    database.close();
    const raw = await openDB("open-3");
    for (const store of ["conversations", "turns", "drafts"]) {
      expect(JSON.stringify(await raw.getAll(store)).toLowerCase()).not.toContain("secret");
    }
    raw.close();
  });
});
