/** How long something lasts, as people say it of learning: 10 min, 5 h, 3 days, 2.4 months. */
import { language } from "../language";
import { text } from "../text";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.4 * DAY;
const YEAR = 365 * DAY;

export function span(milliseconds: number): string {
  const words = text.study.span;
  if (milliseconds < HOUR) return words.minutes(Math.max(1, Math.round(milliseconds / MINUTE)));
  if (milliseconds < DAY) return words.hours(Math.round(milliseconds / HOUR));
  if (milliseconds < 2 * MONTH) return words.days(Math.round(milliseconds / DAY));
  if (milliseconds < YEAR) return words.months(oneDigit(milliseconds / MONTH));
  return words.years(oneDigit(milliseconds / YEAR));
}

const oneDigit = (value: number): string => value.toLocaleString(language.value, { maximumFractionDigits: 1 });
