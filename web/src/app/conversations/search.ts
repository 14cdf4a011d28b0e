/** The search of the list: once typing pauses, the first hits are shown before the others are read. */
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
  #timer: ReturnType<typeof setTimeout> | null = null;
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
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#life.abort();
    this.#running = false;
    if (query.trim() === "") found.value = null;
    else this.#timer = setTimeout(() => { this.#start(); }, TYPING_MS);
  }

  /** Something was written. A search that runs ends first: what is written again and again keeps none from ending. */
  again(): void {
    if (this.#running) this.#outdated = true;
    else if (this.state.found.peek()?.query === this.state.query.peek()) this.#start();
  }

  #start(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#running = true;
    this.#outdated = false;
    this.#search(this.state.query.peek(), this.#life.signal).catch(this.onTrouble);
  }

  async #search(query: string, signal: AbortSignal): Promise<void> {
    const { found } = this.state;
    const onFirst = (first: Found): void => {
      // What was found for the same words stays until all of it can take its place.
      if (found.peek()?.query !== query) found.value = { ...first, query };
    };
    try {
      const all = await this.conversations.search(query, { limit: HITS, onFirst, signal });
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
