import { isLast } from "../protocol/events";
import type { Batch } from "../protocol/wire";
import { Batcher } from "./batcher";
import { toWireError } from "./errors";
import type { EventSink } from "./host";

export interface StreamOptions {
  /** Batches that may be sent ahead of what was read. */
  credit: number;
  /** Least time between two batches, in milliseconds; the batcher's own when absent. */
  intervalMs?: number | undefined;
}

/** The streams that are open on one port, by the ids of its client. */
export class PortStreams {
  private readonly running = new Map<string, Batcher>();
  /** Of those that are served by a room beside the host. */
  private readonly lives = new Map<string, AbortController>();

  constructor(private readonly post: (id: string, sequence: number, events: Batch["events"]) => void) {}

  has(id: string): boolean {
    return this.running.has(id);
  }

  /** The ids of the streams that run. */
  get ids(): string[] {
    return [...this.running.keys()];
  }

  /** Opens one; `start` gets what takes its events. */
  open(id: string, { credit, intervalMs }: StreamOptions, start: (sink: EventSink) => void): void {
    const batcher = new Batcher(
      (sequence, events) => {
        this.post(id, sequence, events);
        if (isLast(events.at(-1))) this.running.delete(id);
      },
      intervalMs === undefined ? { credit } : { credit, intervalMs },
    );
    this.running.set(id, batcher);
    start(batcher);
  }

  /** Opens one that is served until it ends, or is cancelled. What its service throws is its last event. */
  serve(
    id: string,
    options: StreamOptions,
    serving: (sink: EventSink, signal: AbortSignal) => Promise<void>,
  ): void {
    this.open(id, options, (sink) => {
      const life = new AbortController();
      this.lives.set(id, life);
      serving(sink, life.signal)
        .catch((raw: unknown) => {
          sink.finish({ type: "failure", error: toWireError(raw) });
        })
        .finally(() => this.lives.delete(id));
    });
  }

  addCredit(id: string, batches: number): void {
    this.running.get(id)?.addCredit(batches);
  }

  /** Asks the service of a stream to end it; its last event still comes. */
  cancel(id: string): void {
    this.lives.get(id)?.abort();
  }

  /** Ends all of them without a word: nobody reads on. */
  dispose(): void {
    for (const batcher of this.running.values()) batcher.dispose();
    this.running.clear();
    for (const life of this.lives.values()) life.abort();
  }
}
