/**
 * What many numbers come to (pure): how many, their sum, the least and the greatest, and, where that is wanted, how
 * they are spread.
 *
 * Everything in it is a whole number, so that the summary of parts is exactly the summary of the whole, in whatever
 * order they are put together.
 */

export interface Summary {
  count: number;
  /** In thousandths. */
  total: number;
  /** In thousandths. */
  least: number;
  /** In thousandths. */
  greatest: number;
  /** How many lie in each bin; a bin is 5 % wide. Absent: that is not known. */
  bins?: Readonly<Record<string, number>>;
}

const THOUSANDTHS = 1000;
const WIDTH = Math.log(1.05);
/** The bin of what is not above zero. */
const NOTHING = "none";

/** `spread`: how they are spread is to be known. It takes most of the room. */
export function summaryOf(value: number, spread = false): Summary {
  const whole = Math.round(value * THOUSANDTHS);
  const bins = spread ? { bins: { [binOf(whole)]: 1 } } : {};
  return { count: 1, total: whole, least: whole, greatest: whole, ...bins };
}

/** Of many values at once: the same as all their summaries joined, without making those. Undefined: there are none. */
export function summaryOfAll(values: readonly number[], spread = false): Summary | undefined {
  if (values.length === 0) return undefined;
  const summary = { count: values.length, total: 0, least: Infinity, greatest: -Infinity };
  const bins = new Map<string, number>();
  for (const value of values) {
    const whole = Math.round(value * THOUSANDTHS);
    summary.total += whole;
    summary.least = Math.min(summary.least, whole);
    summary.greatest = Math.max(summary.greatest, whole);
    if (spread) bins.set(binOf(whole), (bins.get(binOf(whole)) ?? 0) + 1);
  }
  return spread ? { ...summary, bins: Object.fromEntries(bins) } : summary;
}

/** Of both together; an absent one is none at all. */
export function joined(one: Summary | undefined, other: Summary): Summary {
  if (one === undefined) return other;
  return {
    count: one.count + other.count,
    total: one.total + other.total,
    least: Math.min(one.least, other.least),
    greatest: Math.max(one.greatest, other.greatest),
    ...(one.bins === undefined || other.bins === undefined ? {} : { bins: binsOf(one.bins, other.bins) }),
  };
}

/** Of all of them together: many at once cost no more than what is in them. */
export function joinedAll(summaries: readonly Summary[]): Summary | undefined {
  const [first, ...others] = summaries;
  if (first === undefined) return undefined;
  const whole = { count: first.count, total: first.total, least: first.least, greatest: first.greatest };
  for (const { count, total, least, greatest } of others) {
    whole.count += count;
    whole.total += total;
    whole.least = Math.min(whole.least, least);
    whole.greatest = Math.max(whole.greatest, greatest);
  }
  const bins: Record<string, number> = {};
  for (const summary of summaries) {
    if (summary.bins === undefined) return whole;
    for (const [bin, count] of Object.entries(summary.bins)) bins[bin] = (bins[bin] ?? 0) + count;
  }
  return { ...whole, bins };
}

/** Without how they are spread, for whoever wants the mean only. */
export function withoutSpread({ count, total, least, greatest }: Summary): Summary {
  return { count, total, least, greatest };
}

type Bins = NonNullable<Summary["bins"]>;

function binsOf(one: Bins, other: Bins): Bins {
  const bins = { ...one };
  for (const [bin, count] of Object.entries(other)) bins[bin] = (bins[bin] ?? 0) + count;
  return bins;
}

export const meanOf = ({ total, count }: Summary): number => total / count / THOUSANDTHS;
export const totalOf = ({ total }: Summary): number => total / THOUSANDTHS;
export const leastOf = ({ least }: Summary): number => least / THOUSANDTHS;
export const greatestOf = ({ greatest }: Summary): number => greatest / THOUSANDTHS;

/**
 * The value below which `share` (0 to 1) of them lie; off by at most half a bin, never outside of what there is. The
 * mean, where it is not known how they are spread.
 */
export function quantileOf(summary: Summary, share: number): number {
  if (summary.bins === undefined) return meanOf(summary);
  const bins = Object.entries(summary.bins).sort(([one], [other]) => placeOf(one) - placeOf(other));
  let below = 0;
  for (const [bin, count] of bins) {
    below += count;
    if (below < share * summary.count) continue;
    const middle = bin === NOTHING ? 0 : Math.exp((Number(bin) + 0.5) * WIDTH);
    return Math.min(Math.max(middle, summary.least), summary.greatest) / THOUSANDTHS;
  }
  return greatestOf(summary);
}

const binOf = (whole: number): string => (whole > 0 ? String(Math.floor(Math.log(whole) / WIDTH)) : NOTHING);
const placeOf = (bin: string): number => (bin === NOTHING ? -1 : Number(bin));
