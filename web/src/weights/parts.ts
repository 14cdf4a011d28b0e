/** What the weights are made of: each is a seam. The browser's own are in `browser-parts.ts`. */
import type { CatalogueEntry } from "../models/catalogue";
import type { Connection } from "./metered";
import type { CustomModel } from "../protocol/wire";
import type { Journal } from "../engine/journal";
import type { FileStore } from "./file-store";
import type { Space } from "./quota";
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
  journal: Journal;
  /** Absent on insecure pages. */
  caches: Pick<CacheStorage, "open" | "has"> | undefined;
  /** Absent on insecure pages. */
  locks: Pick<LockManager, "request" | "query"> | undefined;
  network: Network;
  space: () => Promise<Space>;
  persisted: () => Promise<boolean>;
  connection: () => Connection | undefined;
  /** Gives a URL for a file that was made here, valid as long as this worker lives. */
  publish: (content: Blob) => string;
}
