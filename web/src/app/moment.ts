/** Moments as a person reads them: how long ago, while that says more than the time of day. */
import { signal } from "@preact/signals";
import { minutesAs, momentAs } from "./formatters";
import { text } from "./text";

const MINUTE_MS = 60_000;

let ticking: ReturnType<typeof setInterval> | undefined;

/** The wall clock by the minute, as long as somebody looks at it. */
const minute = signal(Date.now(), {
  watched() {
    minute.value = Date.now();
    ticking = setInterval(() => {
      minute.value = Date.now();
    }, MINUTE_MS);
  },
  unwatched() {
    clearInterval(ticking);
  },
});

/** "now", "5 min. ago", "14:03", "3 Nov 2026, 14:03"; told again every minute to a view that shows it. */
export function shortMoment(at: number): string {
  return momentBefore(at, minute.value);
}

export function momentBefore(at: number, now: number): string {
  const minutes = Math.floor((now - at) / MINUTE_MS);
  if (minutes < 1) return text.conversation.now;
  if (minutes < 60) return minutesAs(-minutes, { style: "short" });
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? timeOfDay(at) : fullMoment(at);
}

function timeOfDay(at: number): string {
  return momentAs(at, { timeStyle: "short" });
}

/** Date and time. */
export function fullMoment(at: number): string {
  return momentAs(at, { dateStyle: "medium", timeStyle: "short" });
}
