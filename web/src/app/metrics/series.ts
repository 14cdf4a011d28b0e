/** Lines to plot, out of inferences one by one or out of sums (pure). */
import type { Inference, Measure } from "./inference";
import type { SumAt } from "./store";
import type { Group } from "./sums";
import { greatestOf, joined, leastOf, meanOf, type Summary, withoutSpread } from "./summary";

export const SPLITS = ["none", "model", "mode", "engine"] as const;
export type Split = (typeof SPLITS)[number];

/** One place on a line: the mean of what was measured there, and how far that goes. */
export interface Point {
  at: number;
  value: number;
  least: number;
  greatest: number;
  count: number;
}

export interface Line {
  /** Model, mode or engine; null: all of them, or those that are too many to be told apart. */
  name: string | null;
  points: readonly Point[];
}

/** What is told apart in one plot; the rest is one line more. */
const LINES = 5;

export const nameIn = (split: Split, group: Group): string | null => (split === "none" ? null : group[split]);

/** Of inferences one by one, oldest first. */
export function linesOf(inferences: readonly Inference[], measure: Measure, split: Split): Line[] {
  const points = inferences.flatMap((inference) => {
    const value = inference.measured[measure];
    if (value === undefined) return [];
    const point: Point = { at: inference.at, value, least: value, greatest: value, count: 1 };
    return [{ name: nameIn(split, inference), point }];
  });
  const few = frequent(points.map(({ name }) => ({ name, count: 1 })));
  return grouped(points.map(({ name, point }) => ({ name: few.has(name) ? name : null, point })));
}

/** Of sums: one point for each hour or day and line. */
export function linesOfSums(sums: readonly SumAt[], measure: Measure, split: Split): Line[] {
  const measured = sums.flatMap(({ at, sum }) => {
    const summary = sum.measures[measure];
    return summary === undefined ? [] : [{ at, summary: withoutSpread(summary), name: nameIn(split, sum) }];
  });
  const few = frequent(measured.map(({ name, summary: { count } }) => ({ name, count })));
  const places = new Map<string, { name: string | null; at: number; summary: Summary }>();
  for (const { at, summary, name } of measured) {
    const kept = few.has(name) ? name : null;
    const key = `${String(at)} ${kept ?? ""}`;
    places.set(key, { name: kept, at, summary: joined(places.get(key)?.summary, summary) });
  }
  return grouped(
    [...places.values()].map(({ name, at, summary }) => {
      const point: Point = {
        at,
        value: meanOf(summary),
        least: leastOf(summary),
        greatest: greatestOf(summary),
        count: summary.count,
      };
      return { name, point };
    }),
  );
}

function grouped(named: readonly { name: string | null; point: Point }[]): Line[] {
  const lines = new Map<string | null, Point[]>();
  for (const { name, point } of named) {
    const points = lines.get(name);
    if (points === undefined) lines.set(name, [point]);
    else points.push(point);
  }
  return [...lines]
    .map(([name, points]) => ({ name, points: points.sort((one, other) => one.at - other.at) }))
    .sort((one, other) => (one.name ?? "\uffff").localeCompare(other.name ?? "\uffff"));
}

/** The names that come most often, as many as a plot can tell apart. */
function frequent(named: readonly { name: string | null; count: number }[]): Set<string | null> {
  const counts = new Map<string | null, number>();
  for (const { name, count } of named) counts.set(name, (counts.get(name) ?? 0) + count);
  const most = [...counts].sort(([, one], [, other]) => other - one);
  return new Set(most.slice(0, LINES).map(([name]) => name));
}
