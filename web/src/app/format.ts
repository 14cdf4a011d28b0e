/** Numbers as a person reads them. */
import type { EngineIdentity } from "../protocol/wire";
import { numberAs } from "./formatters";
import { language } from "./language";
import { text } from "./text";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** 1034.2 -> "1,034", in German "1.034". */
export function count(value: number): string {
  return numberAs(Math.round(value));
}

function fixed(value: number, digits: number): string {
  return numberAs(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 879_000_000 -> "879 MB". */
export function bytes(amount: number): string {
  let value = amount;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${fixed(value, value < 10 && unit > 1 ? 1 : 0)} ${UNITS[unit] ?? ""}`;
}

/** Megabytes of memory, as the catalogue counts them. */
export function megabytes(amount: number): string {
  return bytes(amount * 1e6);
}

/** 240 -> "0.24 s", 12_345 -> "12 s". */
export function milliseconds(value: number): string {
  const seconds = value / 1000;
  if (seconds < 1) return `${fixed(seconds, 2)} s`;
  if (seconds < 10) return `${fixed(seconds, 1)} s`;
  if (seconds < 90) return `${fixed(seconds, 0)} s`;
  return `${fixed(seconds / 60, 0)} min`;
}

/** 4.91 -> "4.9", 1034.2 -> "1,034". */
export function rate(value: number): string {
  return value < 10 ? fixed(value, 1) : count(value);
}

/** Who answers, in full: "WebLLM · WebGPU (SwiftShader)" or "llama.cpp · CPU". */
export function engineName(engine: EngineIdentity): string {
  const device = text.engine.devices[engine.device];
  const where = engine.adapter === null || engine.adapter === "" ? device : `${device} (${engine.adapter})`;
  return `${text.engine.kinds[engine.kind]} · ${where}`;
}

const HOUR_S = 3600;

/** Time that is left, as long as it is told: 42 -> "42 s", 200 -> "3 min", 5400 -> "1 h 30 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return text.models.lasts.seconds(Math.max(1, Math.round(seconds)));
  if (seconds < HOUR_S) return text.models.lasts.minutes(Math.round(seconds / 60));
  const minutes = Math.round(seconds / 60);
  return text.models.lasts.hours(Math.floor(minutes / 60), minutes % 60);
}

/** A moment of the past, in days: "today", "yesterday", "12 days ago". */
export function daysAgo(at: number, now: number): string {
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  return new Intl.RelativeTimeFormat(language.value, { numeric: "auto" }).format(days, "day");
}
