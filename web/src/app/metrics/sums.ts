/** What inferences come to, apart by model, mode and engine (pure). */
import { isRecord } from "../stores/payload";
import type { EngineKind } from "../../protocol/wire";
import type { SumLevel } from "../database/schema";
import type { Mode } from "../settings/choices";
import { engineOf, KINDS, type Inference, type Kind, type Measure, MEASURES, modeOf, type Outcome, OUTCOMES } from "./inference";
import { joined, joinedAll, type Summary, summaryOf, summaryOfAll } from "./summary";

/** What is counted apart. */
export interface Group {
  model: string;
  mode: Mode;
  engine: EngineKind | null;
}

export interface Sum extends Group {
  /** By kind and outcome: "answer:done". */
  counts: Readonly<Record<string, number>>;
  measures: Readonly<Partial<Record<Measure, Summary>>>;
}

export const groupOf = ({ model, mode, engine }: Group): Group => ({ model, mode, engine });

/** Names a group within an hour or a day. */
export const groupId = ({ model, mode, engine }: Group): string => JSON.stringify([model, mode, engine]);

export const countKey = (kind: Kind, outcome: Outcome): string => `${kind}:${outcome}`;

/** What is told by its median: a few slow ones must not hide how it mostly is. */
const SPREAD: ReadonlySet<Measure> = new Set<Measure>(["time_to_first_token_ms"]);

export function sumOf(inference: Inference): Sum {
  const measures: Partial<Record<Measure, Summary>> = {};
  for (const name of MEASURES) {
    const value = inference.measured[name];
    if (value !== undefined) measures[name] = summaryOf(value, SPREAD.has(name));
  }
  return { ...groupOf(inference), counts: { [countKey(inference.kind, inference.outcome)]: 1 }, measures };
}

/** Of all of them together, as their sums would be merged; null where there are none. The group is the first one's. */
export function sumOfAll(inferences: readonly Inference[]): Sum | null {
  const [first] = inferences;
  if (first === undefined) return null;
  const counts: Record<string, number> = {};
  for (const { kind, outcome } of inferences) counts[countKey(kind, outcome)] = (counts[countKey(kind, outcome)] ?? 0) + 1;
  const measures: Partial<Record<Measure, Summary>> = {};
  for (const name of MEASURES) {
    const values = inferences.map(({ measured }) => measured[name]).filter((value) => value !== undefined);
    const whole = summaryOfAll(values, SPREAD.has(name));
    if (whole !== undefined) measures[name] = whole;
  }
  return { ...groupOf(first), counts, measures };
}

/** Of both together; the group is the first one's. */
export function merged(one: Sum, other: Sum): Sum {
  const counts = { ...one.counts };
  for (const [key, count] of Object.entries(other.counts)) counts[key] = (counts[key] ?? 0) + count;
  const measures = { ...one.measures };
  for (const name of MEASURES) {
    const more = other.measures[name];
    if (more !== undefined) measures[name] = joined(measures[name], more);
  }
  return { ...groupOf(one), counts, measures };
}

/** Of all of them together; null where there are none. The group is the first one's. */
export function mergedAll(sums: readonly Sum[]): Sum | null {
  const [first] = sums;
  if (first === undefined) return null;
  const counts: Record<string, number> = {};
  for (const sum of sums) for (const [key, count] of Object.entries(sum.counts)) counts[key] = (counts[key] ?? 0) + count;
  const measures: Partial<Record<Measure, Summary>> = {};
  for (const name of MEASURES) {
    const whole = joinedAll(sums.map((sum) => sum.measures[name]).filter((summary) => summary !== undefined));
    if (whole !== undefined) measures[name] = whole;
  }
  return { ...groupOf(first), counts, measures };
}

/** How many of these kinds and outcomes. */
export function countIn(sum: Sum, kinds: readonly Kind[] = KINDS, outcomes: readonly Outcome[] = OUTCOMES): number {
  let count = 0;
  for (const kind of kinds) for (const outcome of outcomes) count += sum.counts[countKey(kind, outcome)] ?? 0;
  return count;
}

/** Where the hour or the day of a moment begins, by the clock on this device. */
export function startOf(level: SumLevel, at: number): number {
  const moment = new Date(at);
  if (level === "day") return moment.setHours(0, 0, 0, 0);
  return moment.setMinutes(0, 0, 0);
}

/** What was stored; null where it is no sum. */
export function readSum(stored: unknown): Sum | null {
  if (!isRecord(stored) || !isRecord(stored["counts"]) || !isRecord(stored["measures"])) return null;
  const { model, mode, engine, counts, measures } = stored as unknown as Sum;
  return { model, mode: modeOf(mode), engine: engineOf(engine), counts, measures };
}
