import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";

/**
 * A plain value that follows from signals, for one of many rows: the row is drawn again only when the value changes,
 * not whenever a signal does that all rows read.
 */
export function useDerived<T extends string | number | boolean | null>(
  derive: () => T,
  facts: readonly unknown[],
): T {
  return useMemo(() => computed(derive), facts).value;
}
