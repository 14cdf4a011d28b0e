import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { CustomModel, ErrorCode } from "../protocol/wire";
import type { BatchEntry, BatchKey } from "./batch-store";

/** What went wrong with a model on this device. */
export interface DeviceFailure {
  model: string;
  /** Names the device: another GPU or another engine may fare better. */
  device: string;
  code: ErrorCode;
  message: string;
  /** Milliseconds since 1970. */
  at: number;
  /** How often in a row. */
  times: number;
}

/** What the engine room keeps across its lives. Every key is given beside its value. */
export interface RoomSchema extends DBSchema {
  /** By model and device. */
  failures: { key: string; value: DeviceFailure };
  /** By id. */
  custom_models: { key: string; value: CustomModel };
  /** By job and index: see `KeptBatches`. */
  batches: { key: BatchKey; value: BatchEntry };
}

const DATABASE = "webllm-provider-room";
const VERSION = 1;
const STORES = ["failures", "custom_models", "batches"] as const;

/**
 * The engine room's database, opened at the first use and again after a loss.
 *
 * `open()` rejects where the browser keeps nothing (private windows of some browsers, opaque origins): what is
 * remembered is a comfort, and its users go on without.
 */
export class RoomDatabase {
  private opening: Promise<IDBPDatabase<RoomSchema>> | null = null;

  constructor(private readonly name: string = DATABASE) {}

  open(): Promise<IDBPDatabase<RoomSchema>> {
    return (this.opening ??= this.connect());
  }

  /** Lets go of the connection; the next use opens another. */
  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = null;
    (await opening)?.close();
  }

  private connect(): Promise<IDBPDatabase<RoomSchema>> {
    const gone = (): void => {
      if (this.opening === opening) this.opening = null;
    };
    // Some browsers throw where they should reject.
    const opening = Promise.resolve().then(() =>
      openDB<RoomSchema>(this.name, VERSION, {
        upgrade: migrate,
        // Another tab brings a newer version: it must not wait for this one.
        blocking: () => {
          gone();
          void opening.then((database) => {
            database.close();
          });
        },
        terminated: gone,
      }),
    );
    opening.catch(gone);
    return opening;
  }
}

/** Brings a database of any older version up to date: a store is made where it is missing, and none is dropped. */
function migrate(database: IDBPDatabase<RoomSchema>): void {
  for (const store of STORES) {
    if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  }
}
