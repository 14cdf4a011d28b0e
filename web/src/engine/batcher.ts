import type { Batch, StreamEvent } from "../protocol/wire";

/** Where batches go. `sequence` counts 0, 1, 2 ... without a gap. */
export type PostBatch = (sequence: number, events: Batch["events"]) => void;

export interface BatcherOptions {
  /** Batches that may be sent before more credit comes; `Infinity` for a stream without back-pressure. */
  credit: number;
  /** The least time between two batches, in milliseconds. */
  intervalMs?: number;
}

/**
 * Two frames of a screen. Nobody reads faster than that, and each batch wakes three threads: half as many of them
 * cost half as much.
 */
const INTERVAL_MS = 32;

/**
 * Turns events into batches: the first ones at once, later ones merged, never more often than the interval
 * and never without credit. Without credit text is merged and waits; the last event always goes.
 */
export class Batcher {
  private readonly pending: StreamEvent[] = [];
  private sequence = 0;
  private credit: number;
  private readonly intervalMs: number;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sentAt = -Infinity;
  private started = false;
  private ended = false;

  constructor(
    private readonly post: PostBatch,
    { credit, intervalMs = INTERVAL_MS }: BatcherOptions,
  ) {
    this.credit = credit;
    this.intervalMs = intervalMs;
  }

  push(event: StreamEvent): void {
    if (this.ended) return;
    merge(this.pending, event);
    // Time to first token is what a person waits for: the first delta takes no turn at the timer.
    if (event.type === "started" || (event.type === "delta" && !this.started)) this.flush();
    else this.schedule();
    this.started ||= event.type === "delta";
  }

  /** The last event; everything that still waits goes with it, credit or not. */
  finish(event: StreamEvent): void {
    if (this.ended) return;
    this.ended = true;
    this.clearTimer();
    merge(this.pending, event);
    this.send();
  }

  addCredit(batches: number): void {
    this.credit += batches;
    if (!this.ended && this.pending.length > 0) this.schedule();
  }

  /** Ends without a word: nobody listens any more. */
  dispose(): void {
    this.ended = true;
    this.pending.splice(0);
    this.clearTimer();
  }

  private schedule(): void {
    if (this.timer !== null || this.credit <= 0) return;
    const wait = this.sentAt + this.intervalMs - performance.now();
    if (wait <= 0) {
      this.send();
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flush();
    }, wait);
  }

  private flush(): void {
    if (this.credit > 0 && this.pending.length > 0) this.send();
  }

  private send(): void {
    this.clearTimer();
    const [first, ...rest] = this.pending.splice(0);
    if (first === undefined) return;
    this.credit -= 1;
    this.sentAt = performance.now();
    this.post(this.sequence++, [first, ...rest]);
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** Events of the engine room that wait for a slow reader; what comes after them is counted. */
const OBSERVED_AT_MOST = 500;

/**
 * Adds an event to those that wait. Deltas join; of several progress reports only the last is of use. Of too many
 * events of the engine room each takes the place of the one before it, and says how many were `dropped`.
 */
function merge(pending: StreamEvent[], event: StreamEvent): void {
  const last = pending.at(-1);
  if (last?.type === "delta" && event.type === "delta" && last.channel === event.channel) {
    // In its place: what waits is a copy of our own, and a new one for each token would be garbage at once.
    last.text += event.text;
    last.tokens = (last.tokens ?? 1) + (event.tokens ?? 1);
  } else if (last?.type === "progress" && event.type === "progress") {
    pending[pending.length - 1] = event;
  } else if (last?.type === "observed" && event.type === "observed" && pending.length >= OBSERVED_AT_MOST) {
    const dropped = Number(last.event.details.dropped ?? 0) + 1;
    const details = { ...event.event.details, dropped };
    pending[pending.length - 1] = { type: "observed", event: { ...event.event, details } };
  } else {
    pending.push({ ...event });
  }
}
