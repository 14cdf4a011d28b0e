import type { ClientMessage, CompletionBody, EngineMessage, StreamEvent } from "../protocol/wire";
import type { Script } from "./scripted";

type Line = { direction: "client"; message: ClientMessage } | { direction: "engine"; message: EngineMessage };

/** A completion as it was recorded: what was asked, what the engine did, what came of it. */
export interface RecordedCompletion {
  body: CompletionBody;
  script: Script;
  events: StreamEvent[];
  /** Whether the client cancelled it. */
  cancelled: boolean;
}

/** Reads the completions of a recorded exchange, one JSON message a line, in the order of asking. */
export function readTranscript(jsonl: string): RecordedCompletion[] {
  const completions = new Map<string, RecordedCompletion>();
  for (const text of jsonl.split("\n").filter((line) => line.trim() !== "")) {
    const line = JSON.parse(text) as Line;
    if (line.direction === "client") takeFromClient(line.message, completions);
    else if (line.message.type === "batch")
      completions.get(line.message.id)?.events.push(...line.message.events);
  }
  return [...completions.values()].map((completion) => ({
    ...completion,
    script: scriptOf(completion.events),
  }));
}

function takeFromClient(message: ClientMessage, completions: Map<string, RecordedCompletion>): void {
  if (message.type === "complete") {
    const script: Script = { deltas: [], end: { reason: "stop" } };
    completions.set(message.id, { body: message.body, script, events: [], cancelled: false });
  } else if (message.type === "cancel") {
    const completion = completions.get(message.id);
    if (completion !== undefined) completion.cancelled = true;
  }
}

function scriptOf(events: StreamEvent[]): Script {
  const deltas = events.flatMap((event) => (event.type === "delta" ? [event.text] : []));
  const last = events.at(-1);
  if (last?.type === "finished") return { deltas, end: { reason: last.reason } };
  if (last?.type === "failure") return { deltas, end: { error: last.error } };
  throw new Error("A recorded completion has no end.");
}
