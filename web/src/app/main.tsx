/** The composition root of the page: makes every part, joins them, and hands the page over to Preact. */
import { version } from "../../package.json";
import { render } from "preact";
import parts from "virtual:site-parts";
import { EngineClient } from "../bridge/client";
import { EngineFrame } from "../bridge/engine-frame";
import pythonWorkerUrl from "../python/worker?worker&url";
import { pageClock } from "./batching";
import { startSealedWorker } from "../bridge/sealed-worker";
import { App } from "./components/App";
import { AppContext, type SiteActions } from "./components/context";
import { Controller } from "./controller";
import { probeDevice } from "./device";
import { EngineSupervisor } from "../page/engine-supervisor";
import { Installer } from "./install";
import { startOffline } from "./offline-start";
import { newId } from "./new-id";
import { readOptions } from "./options";
import { PythonHost } from "../page/python-host";
import { exposeReadOnly } from "./read-only-handle";
import { createState } from "./state";
import { createTheme } from "./theme";

const siteRoot = new URL("./", document.baseURI);
const options = readOptions(location.search);

const state = createState(newId());
const controller = new Controller({
  state,
  clock: pageClock,
  now: Date.now,
  elapsed: () => performance.now(),
  newId,
});

const frame = new EngineFrame(new URL("engine.html", siteRoot));
const engine = new EngineSupervisor({
  connect: () => new EngineClient(frame.connect(), { name: "page", locks: navigator.locks }),
  restart: () => frame.restart(),
  onRestarted: () => {
    python.attachEngine(frame.connect());
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
  boot: {
    pyodide_url: new URL(parts.python, siteRoot).href,
    lock_url: new URL("pyodide-lock.json", new URL(parts.wheels, siteRoot)).href,
    packages_url: new URL(parts.wheels, siteRoot).href,
  },
  onMessage: (message) => {
    controller.receive(message);
  },
  enginePort: () => frame.connect(),
  locks: window.isSecureContext ? navigator.locks : undefined,
});

const build = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? "unknown";
exposeReadOnly(window, state, controller, build);
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no element for the application.");
const reload = (): void => {
  location.reload();
};
const offline = startOffline({ state, build, scope: siteRoot.href, reload });
const installer = new Installer(state.install, () => void offline?.installed());
installer.watch(window);
const site: SiteActions = {
  save: () => offline?.save() ?? Promise.resolve(),
  applyUpdate: () => offline?.applyUpdate(),
  postponeUpdate: () => offline?.postponeUpdate(),
  install: () => installer.ask(),
  reload,
};
const theme = createTheme(document.documentElement, window.localStorage);
render(
  <AppContext.Provider value={{ state, actions: controller, site, release: { version, build }, theme }}>
    <App />
  </AppContext.Provider>,
  root,
);
controller.start(python, engine, options.model);
void probeDevice(navigator).then((device) => {
  state.device.value = device;
});
