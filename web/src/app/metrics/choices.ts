/** What a person may choose to look at: a stretch of time, and which inferences (pure). */
import type { EngineKind } from "../../protocol/wire";
import type { SumLevel } from "../database/schema";
import type { Mode } from "../settings/choices";
import type { Inference, Kind, Outcome } from "./inference";
import { startOf, type Group } from "./sums";

export const RANGES = ["recent", "day", "week", "month", "year"] as const;
export type Range = (typeof RANGES)[number];

/** So many of the newest are shown one by one. */
export const RECENT = 200;

const DAY_MS = 86_400_000;
const DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

/** Which sums a stretch of time is made of; null: inferences one by one. */
export const levelOf = (range: Range): SumLevel | null => {
  if (range === "recent") return null;
  return range === "month" || range === "year" ? "day" : "hour";
};

/** Where a stretch of time begins: with a whole hour or day. 0 for the newest, however old they are. */
export function beginOf(range: Range, now: number): number {
  const level = levelOf(range);
  return range === "recent" || level === null ? 0 : startOf(level, now - DAYS[range] * DAY_MS);
}

/** What is not there is not chosen: it may be any. */
export interface Wanted {
  model?: string;
  mode?: Mode;
  engine?: EngineKind;
  outcome?: Outcome;
  kind?: Kind;
}

export function inGroup({ model, mode, engine }: Wanted, group: Group): boolean {
  return (
    (model === undefined || model === group.model) &&
    (mode === undefined || mode === group.mode) &&
    (engine === undefined || engine === group.engine)
  );
}

export function isWanted(wanted: Wanted, inference: Inference): boolean {
  const { outcome, kind } = wanted;
  return (
    inGroup(wanted, inference) &&
    (outcome === undefined || outcome === inference.outcome) &&
    (kind === undefined || kind === inference.kind)
  );
}

/** The same with one choice more, changed, or taken back (undefined). */
export function withChoice<K extends keyof Wanted>(wanted: Wanted, name: K, value: Wanted[K]): Wanted {
  const next = { ...wanted };
  if (value === undefined) Reflect.deleteProperty(next, name);
  else next[name] = value;
  return next;
}
