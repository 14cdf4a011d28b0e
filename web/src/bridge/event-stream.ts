import { isLast } from "../protocol/events";
import type { Finished, StreamEvent, WireError } from "../protocol/wire";

/** The events of one load or completion, pulled batch by batch. */
export interface EventStream {
  /** The next batch, in order; null after the last. Never rejects: errors are `failure` events. */
  next(): Promise<StreamEvent[] | null>;
  /** Asks the engine to end it; its last event still comes. Harmless when repeated, or too late. */
  cancel(): void;
}

/** A stream's other end is told what its reader does. */
export interface StreamReader {
  consumed(): void;
  cancelled(): void;
}

type Waiter = (batch: StreamEvent[] | null) => void;

/** Holds batches until they are asked for, and ends exactly once. */
export class BufferedStream implements EventStream {
  private readonly batches: StreamEvent[][] = [];
  private readonly waiters: Waiter[] = [];
  private ended = false;
  private wasCancelled = false;

  constructor(private readonly reader: StreamReader) {}

  /** True once `cancel` was called. */
  get cancelled(): boolean {
    return this.wasCancelled;
  }

  next(): Promise<StreamEvent[] | null> {
    const batch = this.batches.shift();
    if (batch !== undefined) return this.hand(batch);
    if (this.ended) return Promise.resolve(null);
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  cancel(): void {
    if (this.ended || this.wasCancelled) return;
    this.wasCancelled = true;
    this.reader.cancelled();
  }

  /** Takes a batch from the engine. The stream ends behind a last event. */
  deliver(batch: StreamEvent[]): void {
    if (this.ended) return;
    this.ended = isLast(batch.at(-1));
    const waiter = this.waiters.shift();
    if (waiter === undefined) this.batches.push(batch);
    else void this.hand(batch).then(waiter);
    if (this.ended) for (const late of this.waiters.splice(0)) late(null);
  }

  /** Ends the stream from this side. Text that is already here can still be read. */
  fail(error: WireError): void {
    this.deliver([{ type: "failure", error }]);
  }

  private hand(batch: StreamEvent[]): Promise<StreamEvent[]> {
    if (!isLast(batch.at(-1))) this.reader.consumed();
    return Promise.resolve(batch);
  }
}

/** A stream that has failed before it began. */
export const failedStream = (error: WireError): EventStream => streamOf({ type: "failure", error });

/** A stream of which only the end is left. */
export const endedStream = (ending: Omit<Finished, "type">): EventStream =>
  streamOf({ type: "finished", ...ending });

function streamOf(event: StreamEvent): EventStream {
  const stream = new BufferedStream({ consumed: () => undefined, cancelled: () => undefined });
  stream.deliver([event]);
  return stream;
}
