/** Measured numbers as a person reads them. */
import { count, milliseconds, rate } from "../../format";
import { momentAs, numberAs } from "../../formatters";
import type { Measure } from "../../metrics/inference";

/** As a plot's axis and table have it: seconds for times. */
export const scaleOf = (measure: Measure): number => (measure.endsWith("_ms") ? 1 / 1_000 : 1);

export function figure(measure: Measure, value: number): string {
  if (measure.endsWith("_ms")) return milliseconds(value);
  return measure.endsWith("_per_s") || measure === "memory_mb" ? rate(value) : count(value);
}

export function moment(at: number, whole = true): string {
  const date = whole ? ({ dateStyle: "short" } as const) : {};
  return momentAs(at, { ...date, timeStyle: "medium" });
}

const DAY_MS = 86_400_000;

/** For an axis that goes over this many milliseconds. */
export function tick(at: number, over: number): string {
  const form: Intl.DateTimeFormatOptions =
    over > 2 * DAY_MS
      ? { day: "numeric", month: "short" }
      : over > 10 * 60_000
        ? { hour: "2-digit", minute: "2-digit" }
        : { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return momentAs(at, form);
}

export function share(part: number, whole: number): string {
  return numberAs(part / whole, { style: "percent", maximumFractionDigits: 0 });
}
