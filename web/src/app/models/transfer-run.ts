/** Reads a transfer's stream to its end. */
import type { EventStream } from "../../bridge/event-stream";
import type { Exported, Fetched, StreamEvent } from "../../protocol/wire";

/** Hands out every event; returns the last one of a stream that succeeded, null of one that failed. */
export async function readTransfer(
  stream: EventStream,
  onEvent: (event: StreamEvent) => void,
): Promise<Fetched | Exported | null> {
  let arrived: Fetched | Exported | null = null;
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
    for (const event of batch) {
      onEvent(event);
      if (event.type === "fetched" || event.type === "exported") arrived = event;
    }
  }
  return arrived;
}
