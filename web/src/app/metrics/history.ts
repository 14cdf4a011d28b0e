/** The history of inferences as a person goes through it: the newest first, by filters, further on demand. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { beginOf, isWanted, type Range, type Wanted } from "./choices";
import type { Inference } from "./inference";
import type { Behind, HistoryPage, HistoryQuery, InferenceStore } from "./store";

export interface HistoryView {
  found: readonly Inference[];
  /** Whether older ones were not looked at yet. */
  more: boolean;
  /** The oldest that was looked at. */
  last: Behind | null;
  reading: boolean;
  /** It could not be read any further. */
  failed: boolean;
}

/** Rows that are added at once. */
const PAGE = 50;
/** Rows that a window shows: they are drawn before the others where none were there. */
const FIRST = 12;
/** Inferences that are read at once, and how many of them a person waits for before being asked. */
const CHUNK = 500;
const LOOKED_AT = 5_000;
/** Of the first reading: without a filter it is enough. */
const FIRST_CHUNK = PAGE + 1;

const NOTHING: HistoryView = { found: [], more: false, last: null, reading: true, failed: false };

export class History {
  readonly #view = signal<HistoryView>(NOTHING);
  #wanted: Wanted = {};
  #from = 0;
  #asked = 0;

  constructor(
    private readonly store: Pick<InferenceStore, "page">,
    private readonly now: () => number,
    /** Resolves once what was shown is drawn. */
    private readonly drawn: () => Promise<void> = () => Promise.resolve(),
  ) {}

  get view(): ReadonlySignal<HistoryView> {
    return this.#view;
  }

  /** Begins anew, with the newest. */
  async start(range: Range, wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    this.#from = beginOf(range, this.now());
    await this.#read({ ...NOTHING, more: true }, true);
  }

  /** Looks at the newest again, unless a person has gone on to older ones. */
  async refresh(): Promise<void> {
    if (this.#view.value.found.length <= PAGE) await this.#read({ ...NOTHING, more: true }, true);
  }

  /** Looks at older ones. */
  async further(): Promise<void> {
    await this.#read(this.#view.value, false);
  }

  /** All that are wanted, newest first, chunk by chunk: for a file. */
  async *all(): AsyncGenerator<readonly Inference[]> {
    let behind: Behind | null = null;
    for (let more = true; more; ) {
      const page: HistoryPage = await this.store.page(this.#query(behind, CHUNK));
      more = page.more;
      behind = page.last;
      yield page.inferences.filter((each) => isWanted(this.#wanted, each));
    }
  }

  async #read(from: HistoryView, anew: boolean): Promise<void> {
    const asked = (this.#asked += 1);
    // What is on the screen stays there until something else can take its place.
    if (!anew) this.#view.value = { ...from, reading: true, failed: false };
    const enough = from.found.length + PAGE;
    let view: HistoryView = { ...from, failed: false };
    try {
      let chunk = FIRST_CHUNK;
      for (let looked = 0; view.more && view.found.length < enough && looked < LOOKED_AT; looked += chunk) {
        if (looked > 0) chunk = CHUNK;
        view = await this.#step(view, enough, chunk);
        if (asked !== this.#asked) return;
        await this.#showFirst(view);
        if (asked !== this.#asked) return;
      }
    } catch (error) {
      console.warn("The history could not be read:", error);
      view = { ...view, failed: true };
    }
    if (asked === this.#asked) this.#view.value = { ...view, reading: false };
  }

  /** The head of the list, where nothing is on the screen yet. */
  async #showFirst(view: HistoryView): Promise<void> {
    if (this.#view.value.found.length > 0 || view.found.length <= FIRST) return;
    this.#view.value = { ...view, found: view.found.slice(0, FIRST), reading: true };
    await this.drawn();
  }

  async #step(before: HistoryView, enough: number, chunk: number): Promise<HistoryView> {
    let view = before;
    const page = await this.store.page(this.#query(view.last, chunk));
    const found = [...view.found];
    for (const inference of page.inferences) {
      if (found.length === enough) return { ...view, found, more: true };
      if (isWanted(this.#wanted, inference)) found.push(inference);
      view = { ...view, last: inference };
    }
    return { ...view, found, last: page.last ?? view.last, more: page.more };
  }

  #query(behind: Behind | null, limit: number): HistoryQuery {
    const { model } = this.#wanted;
    return {
      limit,
      ...(this.#from === 0 ? {} : { from: this.#from }),
      ...(model === undefined ? {} : { model }),
      ...(behind === null ? {} : { behind }),
    };
  }
}
