/**
 * One request for the API, over a port of its own: from the service worker, past the leader's page, to its Python.
 *
 *     service worker                         page                       Python's worker
 *       api_asked + port                ->   leads: hands it on     ->
 *                                       <-----------------------------  accepted {lock}
 *       request {...} (to one of them)  ----------------------------->
 *                                       <-----------------------------  head, chunk, chunk, ..., the last one
 *       more {chunks}, while the client reads; leave, when it has gone, or another tab was quicker
 */
import type { WireError } from "./wire";

/** To every tab of the site; a port comes with it. */
export interface ApiAsked {
  type: "api_asked";
}

export interface ApiRequest {
  method: string;
  scheme: string;
  /** The whole path, decoded. */
  path: string;
  /** The path under which the site lies, without a slash at its end. */
  root: string;
  query: string;
  headers: [name: string, value: string][];
  /** Names the client, for fair turns. */
  client: string;
}

export type ToApi =
  | { type: "request"; request: ApiRequest; body: Uint8Array<ArrayBuffer> }
  | { type: "more"; chunks: number }
  | { type: "leave" };

export type FromApi =
  /** This host waits for the request; it has gone when the lock is free. */
  | { type: "accepted"; lock: string }
  /** From a page that does not lead, or whose Python has failed. */
  | { type: "refused"; reason: "follows" | "failed" }
  | { type: "head"; status: number; headers: [name: string, value: string][] }
  | { type: "chunk"; data: Uint8Array<ArrayBuffer>; last: boolean }
  | { type: "failed"; error: WireError };
