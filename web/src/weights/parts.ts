/** What the weights are made of: each is a seam, with the browser's own behind it. */
import { watchViolations } from "../engine/violations";
import type { CatalogueEntry } from "../models/catalogue";
import { type Connection, connectionOf } from "./metered";
import type { CustomModel } from "../protocol/wire";
import { realClock } from "./clock";
import type { FileStore } from "./file-store";
import { MemoryFiles } from "./memory-files";
import { PrivateFiles } from "./opfs";
import type { Space } from "./quota";
import { PATIENT } from "./retry";
import type { Network } from "./transfer";

/** A model as the weights see it. */
export type WeightsEntry = CatalogueEntry;

/** The catalogue, as far as the weights need it. */
export interface Models {
  /** By id, or by a name that stands for one. Throws `model_not_found`. */
  find(name: string): WeightsEntry;
  /** By exactly this id. */
  get(id: string): WeightsEntry | undefined;
  all(): WeightsEntry[];
  /** Adds the model of an import that the catalogue does not know. Throws `invalid_request`. */
  adopt(model: CustomModel): Promise<WeightsEntry>;
  /** All of its files are here: a model of the user's own can be remembered, wherever they came from. */
  settled(id: string): Promise<void>;
}

export interface Parts {
  files: FileStore;
  /** Absent on insecure pages. */
  caches: Pick<CacheStorage, "open"> | undefined;
  /** Absent on insecure pages. */
  locks: Pick<LockManager, "request" | "query"> | undefined;
  network: Network;
  space: () => Promise<Space>;
  persisted: () => Promise<boolean>;
  connection: () => Connection | undefined;
}

/** The browser's own parts. */
export async function browserParts(): Promise<Parts> {
  const durable = await PrivateFiles.available();
  return {
    files: durable ? new PrivateFiles() : new MemoryFiles(),
    caches: "caches" in globalThis ? caches : undefined,
    locks: "locks" in navigator ? navigator.locks : undefined,
    network: {
      fetch: (url, init) => fetch(url, init),
      clock: realClock,
      retry: PATIENT,
      random: Math.random,
      origin: self.origin,
      watch: () => watchViolations(),
    },
    space: readSpace,
    persisted: async () => "storage" in navigator && (await navigator.storage.persisted()),
    connection: () => connectionOf(navigator),
  };
}

async function readSpace(): Promise<Space> {
  if (!("storage" in navigator)) return { used: null, quota: null };
  const { usage, quota } = await navigator.storage.estimate();
  return { used: usage ?? null, quota: quota ?? null };
}
