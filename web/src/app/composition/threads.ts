/** The two threads beside the page, joined: the worker that hosts Python, and the engine that tabs share. */
import parts, { pythonFileBytes, snapshotSha256 } from "virtual:site-parts";
import pythonWorkerUrl from "../../python/worker?worker&url";
import { contentKey } from "../../offline/names";
import { startSealedWorker } from "../../bridge/sealed-worker";
import { relayApi } from "../../page/api-relay";
import { EngineSupervisor } from "../../page/engine-supervisor";
import { PythonFirst } from "../../page/python-first";
import { PythonHost, type PythonHostOptions, type PythonStore, type ToPython } from "../../page/python-host";
import { startSiteEngine } from "../../page/site-engine";
import type { TabEngine } from "../../page/tab-engine";
import type { PythonMessage } from "../../protocol/wire";
import type { Controller } from "../controller";
import { newId } from "../new-id";
import { scriptOf } from "../service-worker";
import type { Tools } from "../tools/tools";
import type { Page } from "./page";

export interface Threads {
  /** The engine as this tab holds or reaches it. */
  shared: TabEngine;
  engine: EngineSupervisor;
  python: PythonHost;
}

/** Hears what goes between the page and Python, beside those who answer to it. */
export interface Hearing {
  receive(message: PythonMessage): void;
  sent(message: ToPython): void;
}

export interface OfProfile {
  /** What this tab calls itself to the engine. */
  tab: () => string;
  /** Where Python keeps what is its own. */
  store: () => PythonStore;
}

export function composeThreads(page: Page, controller: Controller, tools: Tools, hearing: Hearing, { tab, store }: OfProfile): Threads {
  const { root, build, options } = page;
  const shared = startSiteEngine({ scope: root, build, tab, ...options, newId });
  const first = new PythonFirst({
    cores: navigator.hardwareConcurrency,
    snapshot: options.snapshot && snapshotSha256 !== null && isKept(navigator),
  });
  const engine = new EngineSupervisor({
    connect: async () => {
      await first.engineTurn();
      return shared.connection();
    },
    restart: (reason) => shared.restart(reason),
    owns: () => shared.owns,
    onRestarted: () => {
      python.reattachEngine();
    },
    dispatch: (action) => {
      controller.engineChanged(action);
    },
    onModels: (models) => {
      controller.modelsKnown(models);
    },
    device: options.device,
    now: Date.now,
  });
  const python = new PythonHost({
    spawn: (lock) => startSealedWorker(new URL(pythonWorkerUrl, import.meta.url), lock),
    boot: bootOf(page),
    store,
    onMessage: (message) => {
      first.hear(message);
      controller.receive(message);
      tools.receive(message);
      hearing.receive(message);
    },
    onSend: (message) => {
      hearing.sent(message);
    },
    enginePort: async () => {
      await first.engineTurn();
      return shared.connect();
    },
    tab,
    locks: window.isSecureContext ? navigator.locks : undefined,
  });
  return { shared, engine, python };
}

/** Whether this page came out of what is kept: then its snapshot most likely is, too. */
const isKept = (browser: Navigator): boolean =>
  "serviceWorker" in browser && browser.serviceWorker.controller !== null;

function bootOf({ root, options }: Page): PythonHostOptions["boot"] {
  const wheels = new URL(parts.wheels, root);
  return {
    pyodide_url: new URL(parts.python, root).href,
    lock_url: new URL("pyodide-lock.json", wheels).href,
    packages_url: wheels.href,
    file_bytes: pythonFileBytes,
    // Only as the browser keeps it for offline use: it is larger than what a first visit needs.
    ...(options.snapshot && snapshotSha256 !== null
      ? { snapshot_url: contentKey(root.href, snapshotSha256) }
      : {}),
  };
}

/** Requests to the site's API, which come by the service worker, are answered in the tab that holds the engine. */
export function answerApi({ root }: Page, { shared, python }: Threads): void {
  if (!("serviceWorker" in navigator)) return;
  relayApi({
    container: navigator.serviceWorker,
    script: scriptOf(root.href),
    leads: () => shared.owns,
    serve: (port) => python.serveApi(port),
  });
}
