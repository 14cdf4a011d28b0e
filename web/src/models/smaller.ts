import type { StoredBytes } from "./admission";
import type { Catalogue, CatalogueEntry } from "./catalogue";

/** Less than this share of the memory, or it is not worth a try. */
const NOTICEABLY = 0.8;

/**
 * The best model that takes noticeably less memory, and is here already: nobody waits for a download after a crash.
 * Null where there is none.
 */
export function smallerThan(
  { record, kind }: CatalogueEntry,
  catalogue: Catalogue,
  stored: ReadonlyMap<string, StoredBytes>,
): CatalogueEntry | null {
  const limit = (record.memory_mb ?? Number.POSITIVE_INFINITY) * NOTICEABLY;
  const here = catalogue
    .all()
    .filter((other) => other.record.embedded || stored.get(other.record.id)?.state === "whole")
    .filter((other) => other.kind === kind && other.record.id !== record.id)
    .filter((other) => other.record.memory_mb !== null && other.record.memory_mb < limit);
  return here.sort((a, b) => (b.record.quality ?? 0) - (a.record.quality ?? 0))[0] ?? null;
}
