import type { RecordCodec } from "./codec";
import type { AppDatabase } from "./database";
import { IndexedRows } from "./indexed-rows";
import { MemoryRows } from "./memory-rows";
import { storedDatabase } from "./stored-database";

/** The profile that everybody begins with. */
export const DEFAULT_PROFILE = "default";

export interface OpenOptions {
  /** Of the database, and of the channel on which tabs tell each other what they have stored. */
  name: string;
  /** Absent: records lie as they are. */
  codec?: RecordCodec;
}

/** The database of a profile. Where the browser keeps nothing it lies in memory (`lasting` is false then). */
export async function openDatabase({ name, codec }: OpenOptions): Promise<AppDatabase> {
  const rows = new IndexedRows(name);
  const options = codec === undefined ? {} : { codec };
  try {
    await rows.open();
  } catch (raw) {
    console.warn("The browser keeps nothing for this page; conversations end with it:", raw);
    return storedDatabase(new MemoryRows(), options);
  }
  return storedDatabase(rows, { ...options, channel: new BroadcastChannel(name) });
}
