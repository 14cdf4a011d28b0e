import "fake-indexeddb/auto";
import { deleteDB, openDB } from "idb";
import { afterEach, describe, expect, it } from "vitest";
import { migrate, MIGRATIONS } from "./migrations";
import { SHAPES, type StoreName } from "./schema";
import { IndexedRows } from "./indexed-rows";
import { storedDatabase } from "./stored-database";

const NAME = "migrations-test";

/** What people have in a database of each version, as that version wrote it. */
const WRITTEN: { store: StoreName; row: unknown }[][] = [
  [
    {
      store: "conversations",
      row: {
        id: "a",
        revision: 3,
        places: [["", 1, -9, "a"]],
        words: ["tea"],
        body: {
          title: "Tea",
          named: false,
          createdAt: 8,
          changedAt: 9,
          pinned: false,
          folder: null,
          tags: [],
          leaf: "t",
          details: {},
        },
      },
    },
    {
      store: "turns",
      row: { age: -8, conversation: "a", id: "t", revision: 1, words: ["tin"], body: { turn: {}, excerpt: "The tin" } },
    },
    {
      store: "drafts",
      row: { conversation: "a", body: { conversation: "a", changedAt: 9, text: "And", details: {} } },
    },
    { store: "settings", row: { id: "language", body: "de" } },
  ],
];

/** What the second version brought. */
const STUDIED: readonly { store: StoreName; row: unknown }[] = [
  { store: "decks", row: { id: "d", body: { topic: "Tea" } } },
  { store: "batches", row: { id: "b", body: { prompts: ["Tea?"] } } },
  { store: "inferences", row: { age: -7, id: "i", revision: 1, model: ["demo", -7, "i"], body: { model: "demo", details: {} } } },
  { store: "sums", row: { level: "day", age: 0, id: "demo", revision: 1, body: { count: 1 } } },
];
WRITTEN.push([...(WRITTEN[0] ?? []), ...STUDIED]);

afterEach(() => deleteDB(NAME));

describe("migrations", () => {
  it("end in the stores and indexes that the application uses", async () => {
    const database = await openDB(NAME, MIGRATIONS.length, {
      upgrade: (made, from, _to, upgrade) => void migrate(made, from, upgrade),
    });
    const stores = Object.entries(SHAPES);
    expect([...database.objectStoreNames].sort()).toEqual(stores.map(([name]) => name).sort());
    for (const [name, shape] of stores) {
      const { store } = database.transaction(name);
      expect(store.keyPath).toEqual(shape.key);
      const indexes = [...store.indexNames].map((index) => [index, { each: store.index(index).multiEntry }]);
      expect(Object.fromEntries(indexes)).toEqual(shape.indexes);
    }
    database.close();
  });

  it.each(WRITTEN.map((rows, place) => ({ version: place + 1, rows })))(
    "bring what version $version has written into the newest one",
    async ({ version, rows }) => {
      const old = await openDB(NAME, version, {
        upgrade: (made, _from, _to, upgrade) => {
          for (const step of MIGRATIONS.slice(0, version)) void step(made, upgrade);
        },
      });
      for (const { store, row } of rows) await old.put(store, row);
      old.close();
      const database = storedDatabase(new IndexedRows(NAME));
      const [hit] = (await database.conversations.search("tin", { limit: 9 })).hits;
      expect(hit?.conversation).toMatchObject({ id: "a", title: "Tea", revision: 3, deletedAt: null });
      expect((await database.turns.of("a")).map(({ id, askedAt }) => [id, askedAt])).toEqual([["t", 8]]);
      expect((await database.drafts.get("a"))?.text).toBe("And");
      expect(await database.settings.get("language")).toBe("de");
      if (version > 1) {
        expect(await database.decks.get("d")).toEqual({ topic: "Tea" });
        expect(await database.batches.get("b")).toEqual({ prompts: ["Tea?"] });
        expect(await database.inferences.models()).toEqual(["demo"]);
        expect(await database.inferences.sums("day", 0)).toEqual([{ at: 0, sum: { count: 1 } }]);
      }
      database.close();
    },
  );

  it("are tested from every version on", () => {
    expect(WRITTEN).toHaveLength(MIGRATIONS.length);
  });
});
