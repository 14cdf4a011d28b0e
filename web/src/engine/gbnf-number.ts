/** JSON numbers as GBNF (pure). */
import { oneOf } from "./gbnf";

/** What a schema says of a number; null where it says nothing. */
export interface Bounds {
  min: number | null;
  max: number | null;
  exclusiveMin: boolean;
  exclusiveMax: boolean;
}

/** Digits that a model may write before it has to come to an end: those of a double that is a whole number ... */
const DIGITS = 16;
/** ... and those that a double may have without an exponent, on either side of the point. */
const WHOLE_DIGITS = 21;
const FRACTION_DIGITS = 22;
const FRACTION = `("." [0-9]{1,${String(FRACTION_DIGITS)}})?`;
const whole = (digits: number): string => `"-"? ("0" | [1-9] [0-9]{0,${String(digits - 1)}})`;

export const ANY_INTEGER = whole(DIGITS);
/** The exponent is short: a longer one could be no double any more. */
export const ANY_NUMBER = `${whole(WHOLE_DIGITS)} ${FRACTION} ([eE] [+\\x2d]? [0-9]{1,2})?`;

/** The alternatives for the whole numbers within the bounds; none where there is no such number. */
export function integersWithin({ min, max, exclusiveMin, exclusiveMax }: Bounds): string[] {
  const low = min === null ? null : exclusiveMin ? Math.floor(min) + 1 : Math.ceil(min);
  const high = max === null ? null : exclusiveMax ? Math.ceil(max) - 1 : Math.floor(max);
  const positive = high === null || high >= 0 ? digitsWithin(Math.max(low ?? 0, 0), high) : [];
  const negative =
    low === null || low < 0 ? digitsWithin(Math.max(-(high ?? -1), 1), low === null ? null : -low) : [];
  return [...positive, ...negative.map((digits) => `"-" ${digits}`)];
}

/**
 * The alternatives for the numbers within the bounds, without an exponent.
 *
 * It is wider where a bound lies between two whole numbers, or is excluded from below: then it holds to the next
 * whole number, and the rest is left to whoever validates the value.
 */
export function numbersWithin({ min, max, exclusiveMin, exclusiveMax }: Bounds): string[] {
  const positive = max === null || max >= 0 ? magnitudes(Math.max(min ?? 0, 0), max, exclusiveMax) : [];
  const negative =
    min === null || min < 0
      ? magnitudes(Math.max(-(max ?? 0), 0), min === null ? null : -min, exclusiveMin)
      : [];
  return [...positive, ...negative.map((digits) => `"-" ${digits}`)];
}

function magnitudes(min: number, max: number | null, exclusive: boolean): string[] {
  const below = digitsWithin(Math.floor(min), max === null ? null : Math.ceil(max) - 1);
  const within = below.map((digits) => `${digits} ${FRACTION}`);
  if (max === null || exclusive || !Number.isInteger(max)) return within;
  return [
    ...within,
    ...digitsWithin(max, max).map((digits) => `${digits} ("." "0"{1,${String(FRACTION_DIGITS)}})?`),
  ];
}

/** The decimal forms of the whole numbers from `low` (not negative) to `high`, one alternative a stretch. */
function digitsWithin(low: number, high: number | null): string[] {
  const first = written(low);
  const last = high === null || written(high).length > DIGITS ? null : written(high);
  if (high !== null && high < low) return [];
  const stretches: string[] = [];
  const longest = last?.length ?? first.length;
  for (let length = first.length; length <= longest; length += 1) {
    const from = length === first.length ? first : `1${"0".repeat(length - 1)}`;
    const to = length === last?.length ? last : "9".repeat(length);
    stretches.push(...sameLength(from, to));
  }
  if (last === null && longest < DIGITS) {
    stretches.push(`[1-9] [0-9]{${String(longest)},${String(DIGITS - 1)}}`);
  }
  return stretches;
}

const written = (whole: number): string => BigInt(whole).toString();

/** The digit strings between two of the same length. */
function sameLength(from: string, to: string): string[] {
  const [low = "0", high = "9"] = [from[0], to[0]];
  const rest = from.length - 1;
  const [fromRest, toRest] = [from.slice(1), to.slice(1)];
  const noughts = "0".repeat(rest);
  const nines = "9".repeat(rest);
  if (rest === 0 || (fromRest === noughts && toRest === nines)) return [stretch(low, high, rest)];
  if (low === high) return sameLength(fromRest, toRest).map((tail) => `"${low}" ${tail}`);
  const [next, previous] = [String(Number(low) + 1), String(Number(high) - 1)];
  return [
    ...sameLength(fromRest, nines).map((tail) => `"${low}" ${tail}`),
    ...(next <= previous ? [stretch(next, previous, rest)] : []),
    ...sameLength(noughts, toRest).map((tail) => `"${high}" ${tail}`),
  ];
}

function stretch(low: string, high: string, rest: number): string {
  const digit = low === high ? `"${low}"` : oneOf([[low, high]]);
  return rest === 0 ? digit : `${digit} [0-9]{${String(rest)}}`;
}
