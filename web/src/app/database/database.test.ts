import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import { conversationRecord, turnRecord } from "../testing/records";
import type { AppDatabase } from "./database";
import { IndexedRows } from "./indexed-rows";
import { MemoryRows } from "./memory-rows";
import type { Found, InferenceRecord } from "./records";
import { Outdated, type Rows, type Write } from "./rows";
import { storedDatabase } from "./stored-database";

let named = 0;
const KINDS: [string, () => Rows][] = [
  ["in IndexedDB", () => new IndexedRows(`database-test-${String((named += 1))}`)],
  ["in memory", () => new MemoryRows()],
];

it("IndexedDB stores nothing of a commit with a row that cannot be stored", async () => {
  const rows = new IndexedRows(`database-test-${String((named += 1))}`);
  const row = (id: string, body: unknown): Write => ({ kind: "put", store: "settings", row: { id, body } });
  await expect(rows.commit([row("a", 1), row("b", () => 2)])).rejects.toThrow();
  expect(await rows.get("settings", "a")).toBeUndefined();
  rows.close();
});

describe.each(KINDS)("the database %s", (_kind, make) => {
  const opened: AppDatabase[] = [];
  const open = (): AppDatabase => {
    const database = storedDatabase(make());
    opened.push(database);
    return database;
  };
  afterEach(() => {
    for (const database of opened.splice(0)) database.close();
  });

  it("gives back what was saved, with the revisions of its next writing", async () => {
    const { conversations, turns } = open();
    const conversation = conversationRecord("a", { tags: ["x"], folder: "Work", details: { prompt: "Be kind." } });
    const saved = await conversations.save({ conversation, turns: [turnRecord("a", "t", "Hello")] });
    expect(saved.conversation.revision).toBe(1);
    expect(await conversations.get("a")).toEqual(saved.conversation);
    expect(await turns.of("a")).toEqual(saved.turns);
    const again = await conversations.save({ ...saved, turns: [] });
    expect(again.conversation.revision).toBe(2);
    expect(await conversations.get("b")).toBeNull();
  });

  it("reads many at once in the order in which they were asked for, and says which are not there", async () => {
    const { conversations, raw, turns } = open();
    const saved = turnRecord("a", "t", "Hello", 7);
    await conversations.save({ conversation: conversationRecord("a"), turns: [saved] });
    await conversations.save({ conversation: conversationRecord("b"), turns: [] });
    const rows = await raw.rows.some("conversations", ["b", "gone", "a", "b"]);
    expect(rows.map((row) => row?.id)).toEqual(["b", undefined, "a", "b"]);
    expect(await raw.rows.some("conversations", [])).toEqual([]);
    const known = await turns.some([[-7, "a", "gone"], [-7, "a", "t"]]);
    expect(known.map(({ id }) => id)).toEqual(["t"]);
  });

  it("refuses a writing that has not read the last one, and stores nothing of it", async () => {
    const { conversations, turns } = open();
    const { conversation } = await conversations.save({ conversation: conversationRecord("a"), turns: [] });
    await conversations.save({ conversation: { ...conversation, title: "first" }, turns: [] });
    const late = { conversation: { ...conversation, title: "late" }, turns: [turnRecord("a", "t", "x")] };
    await expect(conversations.save(late)).rejects.toBeInstanceOf(Outdated);
    await expect(
      conversations.save({ conversation: conversationRecord("a"), turns: [] }),
    ).rejects.toBeInstanceOf(Outdated);
    expect((await conversations.get("a"))?.title).toBe("first");
    expect(await turns.of("a")).toEqual([]);
  });

  it("refuses a turn that somebody else has written, with its conversation", async () => {
    const { conversations } = open();
    const saved = await conversations.save({
      conversation: conversationRecord("a"),
      turns: [turnRecord("a", "t", "x")],
    });
    const [turn] = saved.turns;
    if (turn === undefined) throw new Error("nothing was saved");
    const next = await conversations.save({ ...saved, turns: [turn] });
    await expect(
      conversations.save({ conversation: next.conversation, turns: [turn] }),
    ).rejects.toBeInstanceOf(Outdated);
  });

  it("lists pinned conversations first, then the newest, page by page, by folder and by tag", async () => {
    const { conversations } = open();
    for (let at = 1; at <= 7; at += 1) {
      const changes = { changedAt: at, pinned: at === 2, folder: at % 2 === 0 ? "Even" : null, tags: at > 5 ? ["big"] : [] };
      await conversations.save({ conversation: conversationRecord(`c${String(at)}`, changes), turns: [] });
    }
    const first = await conversations.page({ kind: "all" }, { limit: 4 });
    expect(first.records.map(({ id }) => id)).toEqual(["c2", "c7", "c6", "c5"]);
    expect(first.more).toBe(true);
    const behind = first.records.at(-1);
    if (behind === undefined) throw new Error("an empty page");
    const second = await conversations.page({ kind: "all" }, { behind, limit: 4 });
    expect(second.records.map(({ id }) => id)).toEqual(["c4", "c3", "c1"]);
    expect(second.more).toBe(false);
    const even = await conversations.page({ kind: "folder", name: "Even" }, { limit: 9 });
    expect(even.records.map(({ id }) => id)).toEqual(["c2", "c6", "c4"]);
    const big = await conversations.page({ kind: "tag", name: "big" }, { limit: 9 });
    expect(big.records.map(({ id }) => id)).toEqual(["c7", "c6"]);
    expect(await conversations.labels()).toEqual({ folders: ["Even"], tags: ["big"] });
  });

  it("hides a deleted conversation until it comes back, and purges it with all that belongs to it", async () => {
    const { blobs, conversations, drafts, turns } = open();
    const saved = await conversations.save({
      conversation: conversationRecord("a", { folder: "F" }),
      turns: [turnRecord("a", "t", "needle")],
    });
    const gone = await conversations.save({ conversation: { ...saved.conversation, deletedAt: 5 }, turns: [] });
    expect((await conversations.page({ kind: "all" }, { limit: 9 })).records).toEqual([]);
    expect(await conversations.labels()).toEqual({ folders: [], tags: [] });
    expect((await conversations.search("needle", { limit: 9 })).hits).toEqual([]);
    expect((await conversations.deleted(4)).length).toBe(0);
    expect((await conversations.deleted(5)).map(({ id }) => id)).toEqual(["a"]);
    await conversations.save({ conversation: { ...gone.conversation, deletedAt: null }, turns: [] });
    expect((await conversations.search("needle", { limit: 9 })).hits).toHaveLength(1);
    await drafts.set({ conversation: "a", changedAt: 1, text: "more", details: {} });
    await blobs.put("picture", "a", new Blob(["x"]));
    await conversations.purge("a");
    expect(await conversations.get("a")).toBeNull();
    expect(await turns.of("a")).toEqual([]);
    expect(await drafts.get("a")).toBeNull();
    expect(await blobs.get("picture")).toBeNull();
  });

  it("gives the turns of a conversation alone, oldest first, and takes away those that are removed", async () => {
    const { conversations, turns } = open();
    await conversations.save({ conversation: conversationRecord("b"), turns: [turnRecord("b", "z", "other")] });
    const saved = await conversations.save({
      conversation: conversationRecord("a"),
      turns: [turnRecord("a", "two", "2", 20), turnRecord("a", "one", "1", 10)],
    });
    expect((await turns.of("a")).map(({ id }) => id)).toEqual(["one", "two"]);
    const [two] = saved.turns;
    if (two === undefined) throw new Error("nothing was saved");
    await conversations.save({ conversation: saved.conversation, turns: [], removed: [two] });
    expect((await turns.of("a")).map(({ id }) => id)).toEqual(["one"]);
  });

  it("finds conversations by the words of titles and turns, the last word as a beginning", async () => {
    const { conversations } = open();
    const write = (id: string, title: string, text: string, at: number): Promise<unknown> =>
      conversations.save({
        conversation: conversationRecord(id, { title, changedAt: at }),
        turns: [turnRecord(id, `${id}-t`, text, at)],
      });
    await write("tea", "Kitchen", "The green tea is in the BLUE tin.", 10);
    await write("sky", "Colours", "Why is the sky blue? Über den Wolken.", 20);
    await write("blues", "Blues of the south", "Guitars", 5);
    const found = async (query: string): Promise<string[]> =>
      (await conversations.search(query, { limit: 9 })).hits.map(({ conversation }) => conversation.id);
    expect(await found("blu")).toEqual(["blues", "sky", "tea"]);
    expect(await found("blue tin")).toEqual(["tea"]);
    expect(await found("BLUE  ti")).toEqual(["tea"]);
    expect(await found("uber")).toEqual(["sky"]);
    expect(await found("kitchen green")).toEqual(["tea"]);
    // Only the last word may be unfinished.
    expect(await found("kitch green")).toEqual([]);
    expect(await found("?!")).toEqual([]);
    const [hit] = (await conversations.search("tin", { limit: 9 })).hits;
    expect(hit?.excerpt).toBe("The green tea is in the BLUE tin.");
    expect(hit?.turn).toBe("tea-t");
    const bounded = await conversations.search("blue", { limit: 1 });
    expect(bounded.hits).toHaveLength(1);
    expect(bounded.more).toBe(true);
    await conversations.purge("sky");
    expect(await found("blu")).toEqual(["blues", "tea"]);
  });

  it("finds among many what it finds among few: the newest first, and the one that has both words", async () => {
    const { conversations } = open();
    for (let at = 0; at < 250; at += 1) {
      const id = `c${String(at)}`;
      const turns = [turnRecord(id, `${id}-t`, at === 7 ? "common rare" : "common", at)];
      await conversations.save({ conversation: conversationRecord(id, { changedAt: at }), turns });
    }
    const idsOf = ({ hits }: Found): string[] => hits.map(({ conversation }) => conversation.id);
    const newest = Array.from({ length: 50 }, (_, place) => `c${String(249 - place)}`);
    const first: Found[] = [];
    const found = await conversations.search("comm", { limit: 50, onFirst: (some) => Promise.resolve(void first.push(some)) });
    expect(idsOf(found)).toEqual(newest);
    expect(found.more).toBe(true);
    expect(first.map(idsOf)).toEqual([newest.slice(0, 8)]);
    expect(idsOf(await conversations.search("common rare", { limit: 50 }))).toEqual(["c7"]);
    const all = await conversations.search("common", { limit: 300 });
    expect([idsOf(all).length, all.more]).toEqual([250, false]);
  });

  it("names the conversations in which an answer is being written", async () => {
    const { conversations } = open();
    await conversations.save({ conversation: conversationRecord("idle"), turns: [] });
    await conversations.save({ conversation: conversationRecord("busy", { running: true }), turns: [] });
    expect((await conversations.running()).map(({ id }) => id)).toEqual(["busy"]);
  });

  it("keeps drafts, newest first, and none that is empty", async () => {
    const { drafts } = open();
    await drafts.set({ conversation: "a", changedAt: 1, text: "older", details: {} });
    await drafts.set({ conversation: "b", changedAt: 2, text: "", details: { image: "i" } });
    expect((await drafts.all()).map(({ conversation }) => conversation)).toEqual(["b", "a"]);
    expect((await drafts.get("a"))?.text).toBe("older");
    await drafts.set({ conversation: "a", changedAt: 3, text: "", details: {} });
    expect(await drafts.get("a")).toBeNull();
  });

  it("keeps the history of inferences, newest first, by model, by time and page by page", async () => {
    const { changes, inferences } = open();
    const told: unknown[] = [];
    changes.listen((change) => told.push(change));
    const record = (at: number, model: string): InferenceRecord => ({ id: `i${String(at)}`, at, model, details: { at } });
    await inferences.add([1, 2, 3, 4, 5].map((at) => record(at, at % 2 === 0 ? "even" : "odd")));
    await inferences.add([{ ...record(5, "odd"), id: "i6" }]);
    expect(told).toEqual(["odd", "even", "odd"].map((id) => ({ kind: "inferences", id })));
    const idsOf = (page: { records: readonly InferenceRecord[] }): string[] => page.records.map(({ id }) => id);
    const first = await inferences.page({ limit: 2 });
    expect(idsOf(first)).toEqual(["i5", "i6"]);
    expect(first.records[0]).toEqual(record(5, "odd"));
    expect(first.more).toBe(true);
    const [, behind] = first.records;
    if (behind === undefined) throw new Error("an empty page");
    expect(idsOf(await inferences.page({ behind, limit: 9 }))).toEqual(["i4", "i3", "i2", "i1"]);
    expect(idsOf(await inferences.page({ model: "odd", behind, limit: 9 }))).toEqual(["i3", "i1"]);
    expect(idsOf(await inferences.page({ model: "odd", from: 3, limit: 9 }))).toEqual(["i5", "i6", "i3"]);
    expect(idsOf(await inferences.page({ from: 4, limit: 9 }))).toEqual(["i5", "i6", "i4"]);
    expect(await inferences.models()).toEqual(["even", "odd"]);
    await inferences.clear(3);
    expect(idsOf(await inferences.page({ limit: 9 }))).toEqual(["i5", "i6", "i4", "i3"]);
    await inferences.clear();
    expect(await inferences.models()).toEqual([]);
  });

  it("counts an inference once, whoever notes it, and loses none that are noted at the same time", async () => {
    const { inferences } = open();
    const count = (before: unknown): number => Number(before ?? 0) + 1;
    const places = [
      { level: "hour", at: 60, id: "m" },
      { level: "day", at: 0, id: "m" },
    ] as const;
    const record = (id: string): InferenceRecord => ({ id, at: 61, model: "m", details: {} });
    const told = await Promise.all(["a", "b", "a", "c", "a"].map((id) => inferences.note(record(id), places, count)));
    expect(told.filter(Boolean)).toHaveLength(3);
    expect(await inferences.note(record("b"), places, count)).toBe(false);
    expect(await inferences.sums("hour", 60)).toEqual([{ at: 60, sum: 3 }]);
    expect(await inferences.sums("hour", 61)).toEqual([]);
    expect(await inferences.sums("day", 0)).toEqual([{ at: 0, sum: 3 }]);
    await inferences.note({ ...record("old"), at: 5 }, [{ level: "hour", at: 0, id: "m" }], count);
    await inferences.keepNewest(2);
    expect((await inferences.page({ limit: 9 })).records.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await inferences.sums("hour", 0)).toHaveLength(2);
    await inferences.clear(50);
    expect(await inferences.sums("hour", 0)).toEqual([{ at: 60, sum: 3 }]);
    await inferences.clear();
    expect((await inferences.page({ limit: 9 })).records).toEqual([]);
    expect(await inferences.sums("hour", 0)).toEqual([]);
  });

  it("keeps decks and batches apart", async () => {
    const { batches, decks } = open();
    await decks.set("a", { topic: "Tea" });
    await batches.set("a", { prompts: [] });
    expect(await decks.all()).toEqual([{ id: "a", value: { topic: "Tea" } }]);
    await batches.remove("a");
    expect(await batches.get("a")).toBeNull();
    expect(await decks.get("a")).toEqual({ topic: "Tea" });
  });

  it("keeps settings, templates and tools apart, and tells of each change", async () => {
    const { changes, settings, templates, tools } = open();
    const told: unknown[] = [];
    changes.listen((change, from) => told.push([change, from]));
    await settings.set("language", "de");
    await templates.set("language", { text: "Translate:" });
    expect(await settings.get("language")).toBe("de");
    expect(await templates.all()).toEqual([{ id: "language", value: { text: "Translate:" } }]);
    expect(await tools.all()).toEqual([]);
    await templates.remove("language");
    expect(await templates.get("language")).toBeNull();
    expect(told).toEqual([
      [{ kind: "setting", id: "language" }, "here"],
      [{ kind: "template", id: "language" }, "here"],
      [{ kind: "template", id: "language" }, "here"],
    ]);
  });
});
