import type { SiteUrls } from "./site";

/** From the frame to the worker it started. A port comes with `connect`. */
export type ToWorker = { type: "configure"; site: SiteUrls } | { type: "connect" };

/** From the worker to its frame: it holds its lock and takes ports. */
export interface FromWorker {
  type: "started";
}

/** From the page to the frame. A port comes with both: one to the engine, or one on which the answer comes. */
export type ToFrame = { type: "connect" } | { type: "restart" };

/** On the port of a `restart`: a fresh worker is on its way. */
export interface Restarted {
  type: "restarted";
}
