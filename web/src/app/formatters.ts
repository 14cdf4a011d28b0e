/** The browser's formatters in the language of the page, each made once: to make one takes far longer than to use it. */
import { language } from "./language";

const numbers = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();
const spans = new Map<string, Intl.RelativeTimeFormat>();

export function numberAs(value: number, options: Intl.NumberFormatOptions = {}): string {
  const locale = language.value;
  return kept(numbers, locale, options, () => new Intl.NumberFormat(locale, options)).format(value);
}

/** `at`: milliseconds since 1970. */
export function momentAs(at: number, options: Intl.DateTimeFormatOptions): string {
  const locale = language.value;
  return kept(moments, locale, options, () => new Intl.DateTimeFormat(locale, options)).format(at);
}

/** `value` minutes from now; before now where it is negative. */
export function minutesAs(value: number, options: Intl.RelativeTimeFormatOptions): string {
  const locale = language.value;
  return kept(spans, locale, options, () => new Intl.RelativeTimeFormat(locale, options)).format(value, "minute");
}

function kept<F>(known: Map<string, F>, locale: string, options: object, make: () => F): F {
  const key = `${locale} ${JSON.stringify(options)}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
