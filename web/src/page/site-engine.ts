/** The engine of the site's page: shared with the other tabs of the same build where the browser allows it. */
import { EngineFrame } from "../bridge/engine-frame";
import { roomQuery } from "../engine/room-settings";
import { storageNames } from "../offline/names";
import { PortExchange } from "./port-exchange";
import { watchPresence } from "./presence";
import { SharedEngine } from "./shared-engine";

export interface SiteEngineOptions {
  /** URL of the site's root. */
  scope: URL;
  /** The build of this page: others do not share its engine. */
  build: string;
  /** Names this tab to the engine. */
  tab: string;
  /** Between two pings of the engine, in milliseconds. */
  pulseMs: number;
  newId: () => string;
}

export function startSiteEngine({ scope, build, tab, pulseMs, newId }: SiteEngineOptions): SharedEngine {
  const lock = storageNames(scope.href).engineLock(build);
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  const engine = new SharedEngine({
    own: () => new EngineFrame(new URL(`engine.html${roomQuery(window.location.search)}`, scope)),
    lock,
    locks: window.isSecureContext ? navigator.locks : undefined,
    exchange:
      container === null
        ? null
        : new PortExchange({ container, script: new URL("sw.js", scope).href, lock, newId }),
    name: `page:${tab}`,
    pulseMs,
  });
  watchPresence(document, (presence) => {
    engine.present(presence);
  });
  return engine;
}
