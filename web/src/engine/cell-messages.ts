/**
 * Between the engine room and one engine cell: the calls of an `Engine`, as messages. Both sides are of one build,
 * and nobody else speaks this; what clients speak is the wire.
 */
import type { CompletionBody, LoadedModel, TextCompletionBody, WireError } from "../protocol/wire";
import type { Ending, LoadOrder, LoadReport, Vectors } from "./engine";

/** What a call takes. */
export interface CallArguments {
  load: { order: LoadOrder };
  complete: { body: CompletionBody };
  completeText: { body: TextCompletionBody };
  embed: { texts: readonly string[] };
  unload: object;
}

/** What a call gives. */
export interface CallResults {
  load: LoadedModel;
  complete: Ending;
  completeText: Ending;
  embed: Vectors;
  unload: null;
}

export type CallName = keyof CallArguments;

/** A call, by name. `id` is the room's; what answers it carries it. */
export type CellCall = { [K in CallName]: { type: K; id: number } & CallArguments[K] }[CallName];

/** From the room to the cell. */
export type ToCell = CellCall | { type: "abort"; id: number } | { type: "ping" };

/** From the cell to the room. */
export type FromCell =
  /** It holds its lock and takes calls. */
  | { type: "ready" }
  | { type: "report"; id: number; report: LoadReport }
  /** Pieces of text, each a token or seldom more. */
  | { type: "text"; id: number; text: string; pieces: number }
  | { type: "done"; id: number; value: CallResults[CallName] }
  /** `fatal`: the engine cannot be used any more. */
  | { type: "failed"; id: number; error: WireError; fatal: boolean }
  | { type: "lost"; error: WireError }
  /** It answers one completion at a time from now on. */
  | { type: "narrowed" }
  | { type: "pong" };
