/** The engine of the site's page: shared with the other tabs of the same build where the browser allows it. */
import { EngineFrame } from "../bridge/engine-frame";
import { roomQuery, roomSettings } from "../engine/room-settings";
import { storageNames } from "../offline/names";
import { canBeHosted, HostedEngine } from "./hosted-engine";
import { PortExchange } from "./port-exchange";
import { watchPresence } from "./presence";
import { ServiceWorkerEngine } from "./service-worker-engine";
import { SharedEngine } from "./shared-engine";
import type { TabEngine } from "./tab-engine";

/** Where the engine runs: in one of the tabs, or in a service worker that outlives them for a while. */
export type EngineHome = "tab" | "service-worker";

export interface SiteEngineOptions {
  /** URL of the site's root. */
  scope: URL;
  /** The build of this page: others do not share its engine. */
  build: string;
  /** Names this tab to the engine, each time that it is connected. */
  tab: () => string;
  /** Between two pings of the engine, in milliseconds. */
  pulseMs: number;
  /** `service-worker` where WebGPU is; elsewhere the engine runs in a tab whatever this says. */
  home: EngineHome;
  newId: () => string;
}

export function startSiteEngine(options: SiteEngineOptions): TabEngine {
  const engine = options.home === "tab" ? inTabs(options) : later(hostedOrInTabs(options));
  watchPresence(document, (presence) => {
    engine.present(presence);
  });
  return engine;
}

function inTabs({ scope, build, tab, pulseMs, newId }: SiteEngineOptions): TabEngine {
  const lock = storageNames(scope.href).engineLock(build);
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  return new SharedEngine({
    own: () => new EngineFrame(new URL(`engine.html${roomQuery(window.location.search)}`, scope)),
    lock,
    locks: window.isSecureContext ? navigator.locks : undefined,
    exchange:
      container === null
        ? null
        : new PortExchange({ container, script: new URL("sw.js", scope).href, lock, newId }),
    get name() {
      return nameOf(tab);
    },
    pulseMs,
  });
}

async function hostedOrInTabs(options: SiteEngineOptions): Promise<TabEngine> {
  if (!(await canBeHosted(window))) return inTabs(options);
  const { scope, tab, pulseMs } = options;
  const settings = roomSettings(window.location.search);
  const host = new ServiceWorkerEngine({ root: scope.href, container: navigator.serviceWorker, settings });
  return new HostedEngine({
    host,
    get name() {
      return nameOf(tab);
    },
    locks: navigator.locks,
    pulseMs,
  });
}

const nameOf = (tab: () => string): string => `page:${tab()}`;

/** An engine of which is yet to be found out where it runs. */
function later(coming: Promise<TabEngine>): TabEngine {
  let engine: TabEngine | null = null;
  void coming.then((come) => {
    engine = come;
  });
  return {
    get owns() {
      return engine?.owns ?? false;
    },
    connection: async () => (await coming).connection(),
    connect: async () => (await coming).connect(),
    restart: async (reason) => (await coming).restart(reason),
    present: (present) => {
      void coming.then((come) => {
        come.present(present);
      });
    },
  };
}
