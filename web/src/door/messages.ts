/** What a page of another origin and this site's door say to each other, over a port that the page brings. */

/** To whoever opened the door: it listens. */
export interface DoorReady {
  type: "webllm_door_ready";
}

/** From there, with a port. */
export interface DoorKnock {
  type: "webllm_door_knock";
}

/**
 * `asking`: a person has yet to allow the page's origin. `closed`: no service worker of the site stands behind this
 * door, as in a frame whose storage the browser keeps apart, or before the site was ever opened.
 */
export type DoorState = "asking" | "allowed" | "closed";

export type ToDoor =
  | {
      type: "fetch";
      id: string;
      /** Counts from the site's root, with its query. */
      path: string;
      method: string;
      headers: [name: string, value: string][];
      body: ArrayBuffer | null;
    }
  | { type: "more"; id: string }
  | { type: "leave"; id: string };

export type FromDoor =
  | { type: "state"; state: DoorState }
  | { type: "head"; id: string; status: number; headers: [name: string, value: string][] }
  | { type: "chunk"; id: string; data: Uint8Array<ArrayBuffer> }
  | { type: "end"; id: string }
  | { type: "failed"; id: string; message: string };

/** Chunks of one answer that the door sends without being asked for more. */
export const CHUNKS_AHEAD = 8;
