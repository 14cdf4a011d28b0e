/** What is known of the site without a network: how much of it is stored, and whether another version waits. */
import type { OfflineFault } from "../../offline/fault";

export type OfflineState =
  /** Nothing can be stored here; the page works as long as the network does. */
  | { kind: "unsupported"; reason: "insecure" | "no_service_worker" | "development" }
  /** The service worker is on its way, or the page itself still loads. */
  | { kind: "starting" }
  /** The user saves data: nothing more is fetched without being asked for. */
  | { kind: "offered"; missing_bytes: number }
  | { kind: "saving"; done_bytes: number; total_bytes: number }
  /** Everything is stored and verified. */
  | { kind: "ready"; bytes: number; persisted: boolean }
  /** The browser keeps another version than this page is of. */
  | { kind: "other_version" }
  | { kind: "failed"; fault: OfflineFault };

export type UpdateState =
  | { kind: "none" }
  /** A new version is stored and waits for the user. */
  | { kind: "waiting"; version: string }
  | { kind: "applying"; version: string }
  /** Another tab has updated the site; this page goes on with its own version. */
  | { kind: "outdated"; version: string }
  /** A new version could not be stored whole; this one goes on. */
  | { kind: "failed"; fault: OfflineFault };

export type InstallState = "unavailable" | "available" | "installed";

export const OFFLINE_STARTS: OfflineState = { kind: "starting" };
export const NO_UPDATE: UpdateState = { kind: "none" };
