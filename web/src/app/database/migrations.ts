/**
 * The versions of the database. Each step is history: it is never changed once released, and never drops what a
 * person wrote. A new version is a new step at the end.
 */
import type { IDBPDatabase, IDBPTransaction } from "idb";

type Upgrade = IDBPTransaction<unknown, string[], "versionchange">;

export type Migration = (database: IDBPDatabase, upgrade: Upgrade) => void | Promise<void>;

export const MIGRATIONS: readonly Migration[] = [conversationsAndWhatBelongsToThem, studyBatchesAndInferences];

/** Brings a database from `from` (0: none) to the newest version. */
export async function migrate(database: IDBPDatabase, from: number, upgrade: Upgrade): Promise<void> {
  for (const step of MIGRATIONS.slice(from)) await step(database, upgrade);
}

function conversationsAndWhatBelongsToThem(database: IDBPDatabase): void {
  const conversations = database.createObjectStore("conversations", { keyPath: "id" });
  conversations.createIndex("places", "places", { multiEntry: true });
  conversations.createIndex("words", "words", { multiEntry: true });
  conversations.createIndex("running", "running");
  conversations.createIndex("deleted", "deleted");
  const turns = database.createObjectStore("turns", { keyPath: ["age", "conversation", "id"] });
  turns.createIndex("conversation", "conversation");
  turns.createIndex("words", "words", { multiEntry: true });
  database.createObjectStore("drafts", { keyPath: "conversation" });
  for (const name of ["templates", "tools", "settings"]) database.createObjectStore(name, { keyPath: "id" });
  database.createObjectStore("blobs", { keyPath: "id" }).createIndex("conversation", "conversation");
}

function studyBatchesAndInferences(database: IDBPDatabase): void {
  for (const name of ["decks", "batches"]) database.createObjectStore(name, { keyPath: "id" });
  database.createObjectStore("inferences", { keyPath: ["age", "id"] }).createIndex("model", "model");
  database.createObjectStore("sums", { keyPath: ["level", "age", "id"] });
}
