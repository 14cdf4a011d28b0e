/** The history of inferences and its sums, as the application keeps them. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { AppDatabase } from "../database/database";
import type { InferencePage } from "../database/records";
import { SUM_LEVELS, type SumLevel } from "../database/schema";
import { type Inference, inferenceOf, recordOf } from "./inference";
import { groupId, merged, readSum, startOf, type Sum, sumOf } from "./sums";

/** The newest this many are kept one by one; what they came to is kept in sums. */
export const KEPT = 100_000;
/** Nothing is kept longer, sums neither. */
export const KEPT_MS = 365 * 86_400_000;
/**
 * Once in so many inferences what is too much is taken away. By chance, so that nothing has to be counted, and pages
 * that live shortly do it as well.
 */
const TIDY_ONCE_IN = 500;
/** Inferences that wait for the database. */
const WAITING = 1_000;

export type MetricsDatabase = Pick<AppDatabase, "inferences" | "changes">;

/** A place in the history: which inference it stands behind. */
export type Behind = Pick<Inference, "id" | "at">;

export interface HistoryQuery {
  model?: string;
  behind?: Behind;
  from?: number;
  limit: number;
}

export interface HistoryPage {
  inferences: readonly Inference[];
  /** The last one that was looked at; null where there was none. */
  last: Behind | null;
  more: boolean;
}

/** A sum and where its hour or day begins. */
export interface SumAt {
  at: number;
  sum: Sum;
}

interface Ahead {
  version: number;
  newest: number;
  page: Promise<HistoryPage>;
  models: Promise<readonly string[]>;
}

export class InferenceStore {
  readonly #version = signal(0);
  #waiting: Inference[] = [];
  #database: MetricsDatabase | null = null;
  /** One after another: all of them count in the same sums, and would be in each other's way. */
  #noting: Promise<void> = Promise.resolve();
  /** What was read ahead, as long as nothing has come to it. */
  #ahead: Ahead | null = null;

  constructor(
    private readonly now: () => number,
    private readonly failed: (error: unknown) => void,
    private readonly random: () => number = Math.random,
  ) {}

  /** Counts the changes of what is kept, in this tab and in others. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Keeps from now on, and what came before. */
  attach(database: MetricsDatabase): void {
    this.#database = database;
    database.changes.listen((change) => {
      if (change.kind === "inferences") this.#version.value += 1;
    });
    // Whoever has looked before there was a database has seen nothing.
    this.#version.value += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const inference of waiting) void this.remember(inference);
  }

  /** Keeps one and counts it; one that is there already, from another tab, is not counted again. */
  async remember(inference: Inference): Promise<void> {
    const database = this.#database;
    if (database === null) {
      this.#waiting = [...this.#waiting, inference].slice(-WAITING);
      return;
    }
    this.#noting = this.#noting.then(() => this.#note(database, inference)).catch(this.failed);
    await this.#noting;
  }

  /** Reads the newest ones and the models now: whoever asks for them next, before anything has changed, gets these. */
  ahead(newest: number): void {
    if (this.#known()?.newest === newest) return;
    const version = this.#version.peek();
    const ahead = { version, newest, page: this.#page({ limit: newest }), models: this.#models() };
    this.#ahead = ahead;
    for (const reading of [ahead.page, ahead.models]) {
      // Whoever asks hears of it, and may ask again.
      reading.catch(() => {
        if (this.#ahead === ahead) this.#ahead = null;
      });
    }
  }

  /** Newest first. */
  page(query: HistoryQuery): Promise<HistoryPage> {
    const ahead = this.#known();
    const same = ahead !== null && JSON.stringify(query) === JSON.stringify({ limit: ahead.newest });
    return same ? ahead.page : this.#page(query);
  }

  async #page(query: HistoryQuery): Promise<HistoryPage> {
    const { behind, ...rest } = query;
    const options = { ...rest, ...(behind === undefined ? {} : { behind: { model: "", details: {}, ...behind } }) };
    const { records, more }: InferencePage = (await this.#database?.inferences.page(options)) ?? {
      records: [],
      more: false,
    };
    const inferences = records.map(inferenceOf).filter((each) => each !== null);
    return { inferences, last: records.at(-1) ?? null, more };
  }

  /** Of the hours or days that begin at `from` or later, newest first. */
  async sums(level: SumLevel, from: number): Promise<SumAt[]> {
    const stored = (await this.#database?.inferences.sums(level, from)) ?? [];
    return stored.flatMap(({ at, sum }) => {
      const read = readSum(sum);
      return read === null ? [] : [{ at, sum: read }];
    });
  }

  models(): Promise<readonly string[]> {
    return this.#known()?.models ?? this.#models();
  }

  async #models(): Promise<readonly string[]> {
    return (await this.#database?.inferences.models()) ?? [];
  }

  /** Forgets everything. */
  async reset(): Promise<void> {
    this.#waiting = [];
    await this.#database?.inferences.clear();
  }

  #known(): Ahead | null {
    return this.#ahead?.version === this.#version.peek() ? this.#ahead : null;
  }

  async #note(database: MetricsDatabase, inference: Inference): Promise<void> {
    await note(database, inference);
    if (this.random() * TIDY_ONCE_IN < 1) await this.#tidy(database);
  }

  async #tidy({ inferences }: MetricsDatabase): Promise<void> {
    await inferences.keepNewest(KEPT);
    const before = this.now() - KEPT_MS;
    const oldest = (await inferences.sums("day", 0)).at(-1);
    // Where nothing is that old nothing is removed, and nobody told.
    if (oldest !== undefined && oldest.at < before) await inferences.clear(before);
  }
}

/** Keeps one inference and counts it in its hour and its day. Resolves with false where it was kept before. */
export function note({ inferences }: Pick<MetricsDatabase, "inferences">, inference: Inference): Promise<boolean> {
  const own = sumOf(inference);
  const id = groupId(inference);
  const places = SUM_LEVELS.map((level) => ({ level, at: startOf(level, inference.at), id }));
  return inferences.note(recordOf(inference), places, (before) => {
    const sum = readSum(before);
    return sum === null ? own : merged(sum, own);
  });
}
