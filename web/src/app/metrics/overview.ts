/** What the overview shows: how fast, how much, over which time. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { beginOf, inGroup, levelOf, RANGES, RECENT, type Range, type Wanted } from "./choices";
import type { Inference, Measure } from "./inference";
import { type Line, linesOf, linesOfSums, type Split } from "./series";
import type { InferenceStore, SumAt } from "./store";
import { countIn, mergedAll, type Sum, sumOfAll } from "./sums";

export const PLOTS = [
  "decode_tokens_per_s",
  "prefill_tokens_per_s",
  "time_to_first_token_ms",
  "reused_tokens",
  "load_ms",
  "recovery_ms",
  "memory_mb",
] as const satisfies readonly Measure[];
export type PlotName = (typeof PLOTS)[number];

export interface Looked {
  range: Range;
  split: Split;
  wanted: Wanted;
}

export interface Overview {
  /** All of it together; null where there is nothing. */
  whole: Sum | null;
  answers: number;
  recoveries: number;
  plots: Readonly<Record<PlotName, readonly Line[]>>;
}

export type OverviewState = { kind: "reading" } | { kind: "read"; looked: Looked; overview: Overview } | { kind: "failed" };

export class OverviewReader {
  readonly #state = signal<OverviewState>({ kind: "reading" });
  #asked = 0;
  #looked: Looked | null = null;
  /** What was read ahead, as long as nothing has come to it. */
  #ahead = { version: 0, read: new Map<string, Promise<Overview>>() };

  /** @param later does something once nothing else is to be done; absent: nothing is read ahead. */
  constructor(
    private readonly store: Pick<InferenceStore, "page" | "sums" | "version">,
    private readonly now: () => number,
    private readonly later?: (act: () => void) => void,
  ) {}

  get state(): ReadonlySignal<OverviewState> {
    return this.#state;
  }

  /** Reads what is looked at; what was asked for before it is dropped. */
  async read(looked: Looked): Promise<void> {
    const asked = (this.#asked += 1);
    this.#looked = looked;
    try {
      const overview = await this.#known(looked);
      if (asked !== this.#asked) return;
      this.#state.value = { kind: "read", looked, overview };
      this.#readAhead(looked, asked, RANGES);
    } catch (error) {
      console.warn("The metrics could not be read:", error);
      if (asked === this.#asked) this.#state.value = { kind: "failed" };
    }
  }

  /** Reads the same again: what is looked at now, whatever it was when the figures changed. */
  async refresh(): Promise<void> {
    if (this.#looked !== null) await this.read(this.#looked);
  }

  /** Reads the other stretches of time, one after the other: whoever turns to one of them finds it there. */
  #readAhead(looked: Looked, asked: number, [range, ...others]: readonly Range[]): void {
    if (range === undefined || this.later === undefined) return;
    this.later(() => {
      if (asked !== this.#asked) return;
      const next = (): void => {
        this.#readAhead(looked, asked, others);
      };
      // What cannot be read now is read, and complained about, when somebody looks.
      this.#known({ ...looked, range }).then(next, next);
    });
  }

  #known(looked: Looked): Promise<Overview> {
    const version = this.store.version.peek();
    if (this.#ahead.version !== version) this.#ahead = { version, read: new Map() };
    const { read } = this.#ahead;
    const key = JSON.stringify([beginOf(looked.range, this.now()), looked]);
    const known = read.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(looked);
    read.set(key, reading);
    reading.catch(() => read.delete(key));
    return reading;
  }

  async #read({ range, split, wanted }: Looked): Promise<Overview> {
    const level = levelOf(range);
    if (level === null) {
      const only = wanted.model === undefined ? {} : { model: wanted.model };
      const { inferences } = await this.store.page({ limit: RECENT, ...only });
      return overviewOf(inferences.filter((each) => inGroup(wanted, each)), split);
    }
    const sums = await this.store.sums(level, beginOf(range, this.now()));
    return overviewOfSums(sums.filter(({ sum }) => inGroup(wanted, sum)), split);
  }
}

export function overviewOf(inferences: readonly Inference[], split: Split): Overview {
  return together(sumOfAll(inferences), (measure) => linesOf(inferences, measure, split));
}

export function overviewOfSums(sums: readonly SumAt[], split: Split): Overview {
  return together(
    mergedAll(sums.map(({ sum }) => sum)),
    (measure) => linesOfSums(sums, measure, split),
  );
}

function together(whole: Sum | null, lines: (measure: PlotName) => Line[]): Overview {
  return {
    whole,
    answers: whole === null ? 0 : countIn(whole, ["answer"]),
    recoveries: whole === null ? 0 : countIn(whole, ["recovery"]),
    plots: {
      decode_tokens_per_s: lines("decode_tokens_per_s"),
      prefill_tokens_per_s: lines("prefill_tokens_per_s"),
      time_to_first_token_ms: lines("time_to_first_token_ms"),
      reused_tokens: lines("reused_tokens"),
      load_ms: lines("load_ms"),
      recovery_ms: lines("recovery_ms"),
      memory_mb: lines("memory_mb"),
    },
  };
}
