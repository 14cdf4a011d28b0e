import type { EngineKind } from "./cell";
import type { RoomSettings } from "./room-settings";

export type { RoomSettings };

/**
 * From whoever started the worker: first where its engines come from, then ports, one with each `connect`. A worker
 * whose first message is `cell` was started by such a worker: it holds one engine, and `lock` as long as it lives. A
 * cell that was started ahead may hear before that which engine it will hold.
 */
export type ToWorker<Sources = unknown> =
  | { type: "configure"; sources: Sources; settings?: RoomSettings }
  | { type: "connect" }
  | { type: "ahead"; kind: EngineKind; sources: Sources }
  | { type: "cell"; kind: EngineKind; sources: Sources; lock: string };

/** From the worker to whoever started it: it holds its lock and takes ports. */
export interface FromWorker {
  type: "started";
}

/** From the page to the frame. A port comes with both: one to the engine, or one on which the answer comes. */
export type ToFrame = { type: "connect" } | { type: "restart" };

/** On the port of a `restart`: a fresh worker is on its way. */
export interface Restarted {
  type: "restarted";
}
