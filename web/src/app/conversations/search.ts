/**
 * The search of the list: the first hits are read while it is seen whether typing pauses, and shown once it has,
 * before the others are read.
 */
import { signal, type Signal } from "@preact/signals";
import type { Conversations } from "../database/database";
import type { Found } from "../database/records";

/** What was found, and for which words: others may have been typed since. */
export interface FoundFor extends Found {
  query: string;
}

export interface SearchState {
  query: Signal<string>;
  /** Null while nothing is searched for. */
  found: Signal<FoundFor | null>;
}

const HITS = 50;
const TYPING_MS = 120;

export class ConversationSearch {
  readonly state: SearchState = { query: signal(""), found: signal<FoundFor | null>(null) };
  #life = new AbortController();
  #running = false;
  /** Something was written while a search ran. */
  #outdated = false;

  constructor(
    private readonly conversations: Pick<Conversations, "search">,
    private readonly onTrouble: (raw: unknown) => void,
  ) {}

  /** Search for what is typed; nothing, where that is nothing. */
  type(query: string): void {
    const { found, query: typed } = this.state;
    typed.value = query;
    this.#life.abort();
    this.#running = false;
    if (query.trim() === "") found.value = null;
    else this.#start(TYPING_MS);
  }

  /** Something was written. A search that runs ends first: what is written again and again keeps none from ending. */
  again(): void {
    if (this.#running) this.#outdated = true;
    else if (this.state.found.peek()?.query === this.state.query.peek()) this.#start();
  }

  /** @param ms nothing is shown sooner than that. */
  #start(ms = 0): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#running = true;
    this.#outdated = false;
    const { signal } = this.#life;
    this.#search(this.state.query.peek(), signal, waited(ms, signal)).catch(this.onTrouble);
  }

  async #search(query: string, signal: AbortSignal, paused: Promise<void>): Promise<void> {
    const { found } = this.state;
    const onFirst = async (first: Found): Promise<void> => {
      await paused;
      // What was found for the same words stays until all of it can take its place.
      if (!signal.aborted && found.peek()?.query !== query) found.value = { ...first, query };
    };
    try {
      const all = await this.conversations.search(query, { limit: HITS, onFirst, signal });
      await paused;
      if (!signal.aborted) found.value = { ...all, query };
    } catch (raw) {
      const first = found.peek();
      if (!signal.aborted && first !== null) found.value = { ...first, searching: false };
      throw raw;
    } finally {
      if (!signal.aborted) this.#ended();
    }
  }

  #ended(): void {
    this.#running = false;
    if (this.#outdated) this.#start();
  }
}

/** Resolves after so long, or as soon as nobody waits for it any more. */
function waited(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const left = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", left, { once: true });
  });
}
