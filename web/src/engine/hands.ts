import { untilAborted } from "./engine-life";

/** What answers one request at a time. */
export interface Hand {
  /** Gives its memory back. */
  exit(): Promise<void>;
}

/** How long the second one is kept without work, in milliseconds: the next batch may come soon. */
const REST_MS = 60_000;

/**
 * One hand that is always there, and a second one beside it while there is work for two.
 *
 * The second is begun when work comes that finds the first busy, and given up when it has rested for a while. Whoever
 * waits takes the one that is free first. Where the second cannot begin, the first does it all.
 */
export class Hands<H extends Hand> {
  private readonly free: H[];
  private readonly waiting: ((hand: H) => void)[] = [];
  private second: H | null = null;
  private begun: AbortController | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;

  /** `beside` begins the second one, and gives up when its signal aborts; `alone` hears that it cannot begin. */
  constructor(
    readonly first: H,
    private readonly beside: (signal: AbortSignal) => Promise<H>,
    private readonly alone: () => void,
    private readonly restMs = REST_MS,
  ) {
    this.free = [first];
  }

  /** Does some work with the one that is free first. Rejects with `aborted` where `signal` aborts while it waits. */
  async with<T>(signal: AbortSignal, work: (hand: H) => Promise<T>): Promise<T> {
    const hand = await this.take(signal);
    try {
      return await work(hand);
    } finally {
      this.give(hand);
    }
  }

  /** Gives both up. What runs with them ends as they make it end. */
  async exit(): Promise<void> {
    this.begun?.abort();
    this.begun = null;
    await Promise.all([this.first.exit(), this.giveUp()]);
  }

  private async take(signal: AbortSignal): Promise<H> {
    // The first one rather: conversations are in its cache.
    const [hand] = this.free.splice(Math.max(0, this.free.indexOf(this.first)), 1);
    if (hand !== undefined) {
      if (hand === this.second) clearTimeout(this.rest);
      return hand;
    }
    if (this.begun === null) void this.begin();
    const { promise: waited, resolve: given } = promised<H>();
    this.waiting.push(given);
    try {
      return await untilAborted(waited, signal, "answer");
    } catch (raw) {
      const place = this.waiting.indexOf(given);
      // It may have been given one in the very turn in which it went.
      if (place < 0)
        void waited.then((hand) => {
          this.give(hand);
        });
      else this.waiting.splice(place, 1);
      throw raw;
    }
  }

  private give(hand: H): void {
    const next = this.waiting.shift();
    if (next !== undefined) {
      next(hand);
      return;
    }
    this.free.push(hand);
    if (hand !== this.second) return;
    this.rest = setTimeout(() => {
      this.begun = null;
      void this.giveUp();
    }, this.restMs);
  }

  private async begin(): Promise<void> {
    const begun = new AbortController();
    this.begun = begun;
    try {
      const second = await this.beside(begun.signal);
      if (begun.signal.aborted) {
        await second.exit();
        return;
      }
      this.second = second;
      this.give(second);
    } catch (raw) {
      if (begun.signal.aborted) return;
      // Not tried again: what there was no room for once has none later.
      console.warn("A second engine for batches could not begin:", raw);
      this.alone();
    }
  }

  private async giveUp(): Promise<void> {
    const { second } = this;
    clearTimeout(this.rest);
    this.second = null;
    if (second === null) return;
    const place = this.free.indexOf(second);
    if (place >= 0) this.free.splice(place, 1);
    await second.exit();
  }
}

function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
