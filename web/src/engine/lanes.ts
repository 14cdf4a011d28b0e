import type { CatalogueEntry } from "../models/catalogue";
import { mayStandTwice } from "../models/memory";
import type { LoadedModel } from "../protocol/wire";

/** What of a device decides how much it computes at once. */
export interface LaneScope {
  readonly hardwareConcurrency: number;
  /** Gigabytes, where the browser tells. */
  readonly deviceMemory?: number;
}

/**
 * How many items of a batch are computed at once (pure).
 *
 * A llama.cpp has one thread here: a second one beside it, with the same model, computes on a core that would lie
 * idle. A GPU is busy with one. What makes vectors takes one text after the other.
 */
export function lanesOf(
  device: LoadedModel["engine"]["device"],
  { record, kind }: Pick<CatalogueEntry, "record" | "kind">,
  { hardwareConcurrency, deviceMemory }: LaneScope,
): number {
  if (device !== "cpu" || kind === "embedding" || hardwareConcurrency < 2) return 1;
  const memoryMb = deviceMemory === undefined ? null : deviceMemory * 1024;
  return mayStandTwice(record, { memoryMb }) ? 2 : 1;
}
