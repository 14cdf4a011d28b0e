import type { StreamEvent } from "./wire";

/** The events that end a stream. Whatever else there is may be followed by another. */
const LAST: ReadonlySet<StreamEvent["type"]> = new Set([
  "finished",
  "loaded",
  "failure",
  "fetched",
  "exported",
  "batch_finished",
]);

/** Whether nothing follows this event. */
export function isLast(event: StreamEvent | undefined): boolean {
  return event !== undefined && LAST.has(event.type);
}
