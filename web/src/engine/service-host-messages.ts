import type { RoomSettings } from "./room-settings";

/** From a page to the service worker that holds an engine room. */
export type ToHost =
  /** With a port for the room; the settings count where this opens it. */
  | { type: "connect"; settings?: RoomSettings }
  /** A page is there still. */
  | { type: "keep" }
  /** Give this room up, with its model; what follows opens another. With a port on which the end is told. */
  | { type: "end"; epoch: string };

/** On the port of an `end`: the room of that epoch is no more. */
export interface HostEnded {
  type: "ended";
}
