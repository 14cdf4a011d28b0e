import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { RoomDatabase } from "./room-db";

const fresh = (): RoomDatabase => new RoomDatabase(`room-${crypto.randomUUID()}`);

it("keeps what is put, for the next life of the room", async () => {
  const name = `room-${crypto.randomUUID()}`;
  const first = new RoomDatabase(name);
  await (await first.open()).put("custom_models", { id: "a" }, "a");
  await first.close();
  expect(await (await new RoomDatabase(name).open()).get("custom_models", "a")).toEqual({ id: "a" });
});

it("holds a store for every area from the first version on", async () => {
  const database = await fresh().open();
  expect([...database.objectStoreNames].sort()).toEqual(["batches", "custom_models", "failures"]);
});

it("opens another connection after it was closed", async () => {
  const room = fresh();
  await (await room.open()).put("custom_models", { id: "a" }, "a");
  await room.close();
  expect(await (await room.open()).get("custom_models", "a")).toEqual({ id: "a" });
});

it("tries again after it could not be opened", async () => {
  const room = fresh();
  const open = indexedDB.open.bind(indexedDB);
  // A private window of some browsers refuses like this.
  indexedDB.open = () => {
    throw new DOMException("refused", "SecurityError");
  };
  try {
    await expect(room.open()).rejects.toThrow("refused");
  } finally {
    indexedDB.open = open;
  }
  await expect(room.open()).resolves.toBeDefined();
});
