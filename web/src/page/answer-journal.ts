/**
 * Keeps what is on the screen while an answer is being written, so that a page that is left can go on with it when it
 * is opened again. Python keeps its own half beside it: what the model was asked, and what it had written.
 */
import type { StoreGlobals } from "../bridge/store";
import type { ElectionLocks } from "./leadership";

export interface AnswerJournalOptions {
  store: Pick<StoreGlobals, "js_store_get" | "js_store_set" | "js_store_delete" | "js_store_keys">;
  /** Held for as long as a page shows a conversation: what another tab is writing is not taken from it. */
  locks: ElectionLocks;
  lockOf: (conversation: string) => string;
  now: () => number;
}

interface View<C> {
  at: number;
  conversation: C;
}

const PREFIX = "answers/";
const EVERY_MS = 500;
/** A page that is loaded again gives its locks back a moment after its successor begins. */
const LOCK_MS = 500;

const viewKey = (id: string): string => `${PREFIX}${id}/view`;
const turnKey = (id: string): string => `${PREFIX}${id}/turn`;

export class AnswerJournal<C extends { id: string }> {
  #held: { id: string; release: () => void } | null = null;
  #latest: C | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #kept = false;
  /** Writings and removals, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: AnswerJournalOptions) {}

  /** The conversation that was left last in the midst of an answer and that no other tab shows; it is this tab's now. */
  async claim(): Promise<C | null> {
    try {
      for (const { conversation } of await this.#views()) {
        if (await this.#hold(conversation.id)) {
          this.#kept = true;
          return conversation;
        }
      }
    } catch (raw) {
      this.#giveUp(raw);
    }
    return null;
  }

  /** What the page shows now, and whether an answer is being written there. */
  follow(conversation: C, writes: boolean): void {
    if (this.#held !== null && this.#held.id !== conversation.id) this.#leave(this.#held.id);
    this.#latest = conversation;
    if (writes) this.#timer ??= setTimeout(this.#keep, this.#kept ? EVERY_MS : 0);
    else this.#forget(conversation.id);
  }

  readonly #keep = (): void => {
    this.#timer = null;
    this.#kept = true;
    this.#then(async () => {
      const conversation = this.#latest;
      if (conversation === null || !this.#kept || !(await this.#hold(conversation.id))) return;
      const view: View<C> = { at: this.options.now(), conversation };
      await this.options.store.js_store_set(viewKey(conversation.id), JSON.stringify(view));
    });
  };

  #forget(id: string): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#kept) return;
    this.#kept = false;
    this.#then(() => this.options.store.js_store_delete(viewKey(id)));
  }

  #leave(id: string): void {
    this.#forget(id);
    this.#then(async () => {
      await this.options.store.js_store_delete(turnKey(id));
      if (this.#held?.id !== id) return;
      this.#held.release();
      this.#held = null;
    });
  }

  /** Newest first. */
  async #views(): Promise<View<C>[]> {
    const { store } = this.options;
    const keys = (JSON.parse(await store.js_store_keys(PREFIX)) as string[]).filter((key) =>
      key.endsWith("/view"),
    );
    const texts = await Promise.all(keys.map((key) => store.js_store_get(key)));
    const views = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as View<C>]));
    return views.sort((one, other) => other.at - one.at);
  }

  #hold(id: string): Promise<boolean> {
    if (this.#held?.id === id) return Promise.resolve(true);
    const { locks, lockOf } = this.options;
    return new Promise((resolve) => {
      const waiting = new AbortController();
      const timer = setTimeout(() => {
        waiting.abort();
      }, LOCK_MS);
      locks
        .request(lockOf(id), { signal: waiting.signal }, () => {
          clearTimeout(timer);
          return new Promise<void>((release) => {
            this.#held = { id, release };
            resolve(true);
          });
        })
        .catch(() => {
          resolve(false);
        });
    });
  }

  #then(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act).catch((raw: unknown) => {
      this.#giveUp(raw);
    });
  }

  /** An answer is worth more than its record: where nothing can be stored it is written all the same. */
  #giveUp(raw: unknown): void {
    console.warn("The answer cannot be kept for later:", raw);
  }
}
