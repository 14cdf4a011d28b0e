/**
 * Writes a profile anew, in another way, without a moment in which anything could be lost: into databases of other
 * names, which take the place of the old ones in one writing of the registry. What a crash leaves over is named there
 * before it is made, and deleted at the next start.
 */
import { Documents } from "../../bridge/documents";
import type { SealedCodec } from "../../sealing/sealed-codec";
import { PLAIN, type RecordCodec } from "../database/codec";
import { IndexedRows } from "../database/indexed-rows";
import { countOf, moveDocuments, moveRows } from "./move";
import type { LockRecord, ProfileRecord, Registry } from "./registry";

export interface Rewriting {
  registry: Registry;
  record: ProfileRecord;
  target: Pick<ProfileRecord, "database" | "documents">;
  /** How it lies; null: as it is. */
  source: RecordCodec | null;
  /** How it is to lie; null: as it is. */
  codec: SealedCodec | null;
  lock: LockRecord | null;
  show: (records: number, of: number | null) => void;
  /** Deletes the databases that are to go, and says so in the registry. */
  drop: (record: ProfileRecord) => Promise<void>;
}

/** Nobody else may have the profile open. Rejects with nothing changed. */
export async function rewrite(rewriting: Rewriting): Promise<void> {
  const { registry, record, target, lock, drop } = rewriting;
  const begun: ProfileRecord = { ...record, doomed: [...record.doomed, target.database, target.documents] };
  await registry.put(begun);
  try {
    await copy(rewriting);
  } catch (error) {
    await dropped(begun, drop);
    throw error;
  }
  const done: ProfileRecord = { ...record, ...target, lock, doomed: [...record.doomed, record.database, record.documents] };
  // A tab of another profile may have given this one another name meanwhile.
  await registry.change(record.id, (stored) => ({ ...done, name: stored?.name ?? done.name }));
  await dropped(done, drop);
}

/** What cannot be deleted now is deleted at the next start: it changes nothing about what has come of the writing. */
async function dropped(record: ProfileRecord, drop: Rewriting["drop"]): Promise<void> {
  try {
    await drop(record);
  } catch (error) {
    console.warn("What a rewritten profile has left behind could not be deleted yet:", error);
  }
}

async function copy({ record, target, source, codec, show }: Rewriting): Promise<void> {
  // What is deleted afterwards must not be on the disk in neither place, should the device lose its power.
  const [rows, moved] = [new IndexedRows(record.database), new IndexedRows(target.database, "strict")];
  const documents = [documentsOf(record.documents, source), documentsOf(target.documents, codec, "strict")] as const;
  try {
    const of = await countOf(rows);
    show(0, of);
    await moveRows({
      from: { rows, codec: source ?? PLAIN },
      to: { rows: moved, codec: codec ?? PLAIN },
      moved: (records) => {
        show(records, of);
      },
    });
    await moveDocuments(...documents);
  } finally {
    for (const each of [rows, moved, ...documents]) each.close();
  }
}

const documentsOf = (name: string, sealing: RecordCodec | null, durability: IDBTransactionDurability = "default"): Documents =>
  new Documents({ name, durability, ...(sealing === null ? {} : { sealing }) });
