/** Streams of the wire as async iterables: a failure is thrown, leaving the loop early cancels. */
import { EngineError } from "../bridge/engine-error";
import type { EventStream } from "../bridge/event-stream";
import { isLast } from "../protocol/events";
import type { Progress, StreamEvent } from "../protocol/wire";

/** The last event of a stream that did not fail. */
export type Ending<K extends StreamEvent["type"]> = Extract<StreamEvent, { type: K }>;

/**
 * Every event but the last, which is what the generator returns.
 *
 * Throws an `EngineError` where the stream failed. When `signal` aborts, or the loop is left, the engine is told to end
 * it: what it still says is read and dropped.
 */
export async function* eventsOf(
  stream: EventStream,
  signal?: AbortSignal,
): AsyncGenerator<StreamEvent, StreamEvent, void> {
  const cancel = (): void => {
    stream.cancel();
  };
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
      for (const event of batch) {
        if (event.type === "failure") throw new EngineError(event.error);
        if (isLast(event)) return event;
        yield event;
      }
    }
    throw new EngineError({ code: "internal", message: "The stream ended without a last event." });
  } finally {
    signal?.removeEventListener("abort", cancel);
    stream.cancel();
  }
}

/** What a download, an export or an import takes. */
export interface TransferOptions {
  onProgress?: (progress: Progress) => void;
  /** Aborting pauses a download: what has come is kept. */
  signal?: AbortSignal;
}

/** Reads a transfer to its end. */
export async function transferred<K extends "fetched" | "exported">(
  stream: EventStream,
  expected: K,
  { onProgress, signal }: TransferOptions,
): Promise<Ending<K>> {
  const events = eventsOf(stream, signal);
  for (let step = await events.next(); ; step = await events.next()) {
    if (step.done === true) return last(step.value, expected);
    if (step.value.type === "progress") onProgress?.(step.value);
  }
}

/** The last event, which must be of this type. */
export function last<K extends StreamEvent["type"]>(event: StreamEvent, expected: K): Ending<K> {
  if (event.type !== expected) {
    throw new EngineError({
      code: "internal",
      message: `The stream ended with "${event.type}", not "${expected}".`,
    });
  }
  return event as Ending<K>;
}
