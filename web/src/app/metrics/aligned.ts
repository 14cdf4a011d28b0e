/** Lines as a plot wants them: all times once, and for each line a value or null at each of them (pure). */
import type { Line } from "./series";

export interface Aligned {
  /** Milliseconds since 1970, each once, ascending. */
  times: number[];
  /** By line, as many as there are times. */
  values: (number | null)[][];
}

/** A line has one value at a time: of two, the later one in the list counts. */
export function aligned(lines: readonly Line[]): Aligned {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))].sort((one, other) => one - other);
  const values = lines.map(({ points }) => {
    const known = new Map(points.map(({ at, value }) => [at, value]));
    return times.map((at) => known.get(at) ?? null);
  });
  return { times, values };
}
