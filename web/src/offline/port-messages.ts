/**
 * How tabs come by a port to the one engine: a follower asks, the service worker passes the question on to every tab,
 * and the leader's answer back. The worker keeps nothing of it: the browser may end it between any two messages.
 */

/** From a tab that wants a port, and on to all others. */
export interface EngineWanted {
  type: "engine_wanted";
  /** The lock that the leader holds: other sites, and other builds of this one, have another. */
  lock: string;
  /** Names the question. */
  request: string;
  /** The epoch of an engine that has died: a port to that one is of no use. */
  not: string | null;
}

/** The question as the other tabs get it. */
export interface EngineWantedBy extends EngineWanted {
  /** The client that asks. */
  by: string;
}

/** From the leader, with a port; without one it says that the engine is about to start. */
export interface EngineOffered {
  type: "engine_offered";
  to: string;
  request: string;
}

/** To the tab that asked: the service worker has passed the question on. */
export interface EngineAsked {
  type: "engine_asked";
  request: string;
}

/** To the tab that asked: the leader's answer, with a port or without. */
export interface EngineGiven {
  type: "engine_given";
  request: string;
}

export type PortMessage = EngineWantedBy | EngineAsked | EngineGiven;
