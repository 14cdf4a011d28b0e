/** Which model to offer in place of the one that answers (pure). */
import type { ModelRecord, Verdict } from "../../protocol/wire";
import type { Offer } from "./state";

/** The best of `choices` that is better than what is loaded; null where nothing is. */
export function offerOf(
  choices: readonly Verdict[],
  records: readonly ModelRecord[],
  loaded: string,
): Offer | null {
  const current = records.find(({ id }) => id === loaded);
  for (const verdict of choices) {
    const record = records.find(({ id }) => id === verdict.model);
    if (record === undefined || record.id === loaded || record.embedded || !verdict.fits) continue;
    return isBetter(record, current) ? { record, verdict } : null;
  }
  return null;
}

function isBetter(candidate: ModelRecord, current: ModelRecord | undefined): boolean {
  // The demo model is there to be replaced; of another one nobody can say so without a figure for both.
  if (current === undefined || current.embedded) return true;
  const [better, now] = [candidate.quality ?? null, current.quality ?? null];
  return better !== null && now !== null && better > now;
}
