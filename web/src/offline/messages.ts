/** What the page and the service worker say to each other. */
import type { OfflineFault } from "./fault";
import type { OfflineManifest } from "./manifest";
import type { EngineOffered, EngineWanted } from "./port-messages";

export type ToServiceWorker =
  /** A port comes with it, for the `Description`. */
  | { type: "describe" }
  /** The user wants this version: take over from the one before. */
  | { type: "activate" }
  /** About the engine that tabs share. */
  | EngineWanted
  | EngineOffered;

export interface Description {
  type: "description";
  manifest: OfflineManifest;
}

/** To every open page of the site. */
export interface InstallFailed {
  type: "install_failed";
  build: string;
  fault: OfflineFault;
}
