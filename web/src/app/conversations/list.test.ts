import { beforeEach, describe, expect, it } from "vitest";
import type { AppDatabase } from "../database/database";
import { MemoryRows } from "../database/memory-rows";
import type { Query } from "../database/rows";
import type { Schema, StoreName } from "../database/schema";
import { storedDatabase } from "../database/stored-database";
import { conversationRecord, turnRecord } from "../testing/records";
import { ConversationList } from "./list";

let database: AppDatabase;
let clock: number;
let done: [string, string][];
beforeEach(() => {
  database = storedDatabase(new MemoryRows());
  clock = 1_000_000_000;
  done = [];
});

/** Rows of which many are read as slowly as a test wants. */
class SlowRows extends MemoryRows {
  #until: Promise<void> = Promise.resolve();

  /** From now on, until what this returns is called. */
  slow(): () => void {
    let go = (): void => undefined;
    this.#until = new Promise((resolve) => (go = resolve));
    return go;
  }

  override async list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
    const found = await super.list(store, query);
    await this.#until;
    return found;
  }
}

const open = async (): Promise<ConversationList> => {
  const list = new ConversationList({
    database,
    now: () => clock,
    onRemove: (id) => done.push(["remove", id]),
    onBack: (id) => done.push(["back", id]),
    onTrouble: (raw) => {
      throw raw;
    },
  });
  await list.start();
  return list;
};

const write = (id: string, changedAt: number, changes = {}): Promise<unknown> =>
  database.conversations.save({ conversation: conversationRecord(id, { changedAt, ...changes }), turns: [] });

const ids = (list: ConversationList): string[] => list.state.records.value?.map(({ id }) => id) ?? [];

describe("the list of conversations", () => {
  it("reads one piece, and the next ones as somebody looks", async () => {
    for (let at = 1; at <= 100; at += 1) await write(`c${String(at)}`, at);
    const list = await open();
    expect(ids(list)).toHaveLength(12);
    expect(list.state.more.value).toBe(true);
    await Promise.all([list.grow(), list.grow()]);
    expect(ids(list)).toHaveLength(52);
    for (const read of [92, 100]) {
      await list.grow();
      expect(ids(list)).toHaveLength(read);
    }
    expect(ids(list)).toHaveLength(100);
    expect(list.state.more.value).toBe(false);
    expect(ids(list)).toEqual(Array.from({ length: 100 }, (_, place) => `c${String(100 - place)}`));
  });

  it("puts what is written into its place, here or in another tab", async () => {
    await write("old", 1);
    await write("new", 9);
    const list = await open();
    await write("middle", 5);
    await expect.poll(() => ids(list)).toEqual(["new", "middle", "old"]);
    list.pin("old", true);
    await expect.poll(() => ids(list)).toEqual(["old", "new", "middle"]);
    await database.conversations.purge("new");
    await expect.poll(() => ids(list)).toEqual(["old", "middle"]);
  });

  it("leaves what belongs further down for a later piece", async () => {
    for (let at = 1; at <= 60; at += 1) await write(`c${String(at + 100)}`, at + 100);
    const list = await open();
    await write("oldest", 1);
    await expect.poll(() => database.conversations.get("oldest")).not.toBeNull();
    expect(ids(list)).not.toContain("oldest");
    while (list.state.more.value) await list.grow();
    expect(ids(list).at(-1)).toBe("oldest");
    expect(new Set(ids(list)).size).toBe(61);
  });

  it("names, files and tags a conversation, and shows one folder or tag alone", async () => {
    await write("a", 1);
    await write("b", 2);
    const list = await open();
    list.rename("a", "  My   own\nname ");
    list.file("a", "Work");
    list.tag("a", ["x", " y ", "", "x"]);
    await expect.poll(() => list.state.labels.value).toEqual({ folders: ["Work"], tags: ["x", "y"] });
    expect(await database.conversations.get("a")).toMatchObject({ title: "My own name", named: true, tags: ["x", "y"] });
    list.choose({ kind: "folder", name: "Work" });
    await expect.poll(() => ids(list)).toEqual(["a"]);
    list.file("a", "");
    // The folder is empty now, and gone: all conversations are shown again.
    await expect.poll(() => ids(list)).toEqual(["b", "a"]);
    expect(list.state.place.value).toEqual({ kind: "all" });
    list.rename("a", "   ");
    expect((await database.conversations.get("a"))?.title).toBe("My own name");
  });

  it("brings a deleted conversation back, until the next one is deleted", async () => {
    await write("a", 1);
    await write("b", 2);
    const list = await open();
    await list.remove("a");
    await expect.poll(() => ids(list)).toEqual(["b"]);
    expect(list.state.removed.value?.id).toBe("a");
    await list.undo();
    await expect.poll(() => ids(list)).toEqual(["b", "a"]);
    await list.remove("a");
    await list.remove("b");
    await expect.poll(() => database.conversations.get("a")).toBeNull();
    expect((await database.conversations.get("b"))?.deletedAt).toBe(clock);
    expect(done).toEqual([
      ["remove", "a"],
      ["back", "a"],
      ["remove", "a"],
      ["remove", "b"],
    ]);
  });

  it("purges at the next start what was deleted long ago, and not what another tab has just deleted", async () => {
    await write("long ago", 1, { deletedAt: 1 });
    await write("just now", 1, { deletedAt: clock });
    await open();
    expect(await database.conversations.get("long ago")).toBeNull();
    expect(await database.conversations.get("just now")).not.toBeNull();
  });

  it("searches as somebody types, and shows what was typed last", async () => {
    const conversation = conversationRecord("a", { title: "Kitchen" });
    await database.conversations.save({ conversation, turns: [turnRecord("a", "t", "The blue tin")] });
    const list = await open();
    list.search("gre");
    list.search("blu");
    await expect.poll(() => list.state.found.value?.hits.map((hit) => hit.conversation.id)).toEqual(["a"]);
    list.rename("a", "Pantry");
    await expect.poll(() => list.state.found.value?.hits[0]?.conversation.title).toBe("Pantry");
    list.search(" ");
    expect(list.state.found.value).toBeNull();
  });

  it("shows nothing as it was before it changed while a piece was read", async () => {
    const rows = new SlowRows();
    database = storedDatabase(rows);
    for (let at = 1; at <= 30; at += 1) await write(`c${String(at)}`, at);
    let read = rows.slow();
    const opening = open();
    await database.conversations.purge("c30");
    read();
    const list = await opening;
    await expect.poll(() => ids(list)[0]).toBe("c29");
    read = rows.slow();
    const growing = list.grow();
    await write("oldest", 0);
    await expect.poll(() => database.conversations.get("oldest")).not.toBeNull();
    read();
    await growing;
    await expect.poll(() => ids(list)).toEqual([...Array.from({ length: 29 }, (_, place) => `c${String(29 - place)}`), "oldest"]);
  });

  it("shows the first hits before the others, in the order of all", async () => {
    for (let at = 1; at <= 30; at += 1) await write(`c${String(at)}`, at, { title: "Blue tin" });
    const list = await open();
    const shown: [number, boolean][] = [];
    list.state.found.subscribe((found) => {
      if (found !== null) shown.push([found.hits.length, found.searching]);
    });
    list.search("blu");
    await expect.poll(() => list.state.found.value?.searching).toBe(false);
    expect(shown).toEqual([
      [8, true],
      [30, false],
    ]);
    // The same again, as something was written: what is there stays until all of it is read.
    list.rename("c3", "Blue moon");
    await expect.poll(() => list.state.found.value?.hits.some((hit) => hit.conversation.title === "Blue moon")).toBe(true);
    expect(shown.slice(2)).toEqual([[30, false]]);
  });

  it("reads no further for words that nobody wants any more", async () => {
    for (let at = 1; at <= 30; at += 1) await write(`c${String(at)}`, at, { title: "Blue tin" });
    const life = new AbortController();
    const found = await database.conversations.search("blu", {
      limit: 50,
      signal: life.signal,
      onFirst: () => {
        life.abort();
        return Promise.resolve();
      },
    });
    expect(found).toMatchObject({ more: true, searching: false });
    expect(found.hits).toHaveLength(8);
  });
});
