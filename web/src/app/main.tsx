/** The composition root of the page: makes every part, joins them, and hands the page over to Preact. */
import { version } from "../../package.json";
import { effect } from "@preact/signals";
import { render } from "preact";
import parts from "virtual:site-parts";
import pythonWorkerUrl from "../python/worker?worker&url";
import { pageClock } from "./batching";
import { startSealedWorker } from "../bridge/sealed-worker";
import { Programs } from "./api/programs";
import { App } from "./components/App";
import { ProgramsContext } from "./components/api/context";
import { OtherOrigins, storageOf } from "../door/origins";
import { AppContext, type SiteActions } from "./components/context";
import { Composing } from "./composer/composing";
import { Templates } from "./composer/templates";
import { Controller } from "./controller";
import { DEFAULT_PROFILE, openDatabase } from "./database/open";
import { probeDevice } from "./device";
import { EngineSupervisor } from "../page/engine-supervisor";
import { Installer } from "./install";
import { startLanguage } from "./language";
import { storageNames } from "../offline/names";
import { flushWhenLeft, Keeping } from "./conversations/start";
import { startOffline } from "./offline-start";
import { newId } from "./new-id";
import { readOptions } from "./options";
import { Places } from "./places";
import { scriptOf } from "./service-worker";
import { relayApi } from "../page/api-relay";
import { openHiddenFrame } from "../page/hidden-frame";
import { watchNetwork } from "./online";
import { PythonHost } from "../page/python-host";
import { ServerReach } from "../page/server-reach";
import { startSiteEngine } from "../page/site-engine";
import { exposeReadOnly } from "./read-only-handle";
import { followSettings } from "./settings/follow";
import { SettingsStore } from "./settings/store";
import { createState } from "./state";
import { text } from "./text";
import { createTheme } from "./theme";
import { keepTitle } from "./title";
import { watchWidth } from "./viewport";
import { browserFiles } from "./models/files";
import { followEngine } from "./models/follow";
import { Models } from "./models/models";
import { declinedIn } from "./models/offers";
import { WireEngineRoom } from "../page/engine-room";
import { ToolsContext } from "./components/tools/context";
import { conversationOf } from "./tools/conversation-of";
import { sitePageServices } from "./tools/services";
import { createToolsState } from "./tools/state";
import { Tools } from "./tools/tools";

const siteRoot = new URL("./", document.baseURI);
const options = readOptions(location.search);

startLanguage({
  root: document.documentElement,
  wanted: () => navigator.languages,
  storage: window.localStorage,
});
const state = createState(newId());
const settings = new SettingsStore((error) => {
  console.warn("A setting could not be kept:", error);
  state.announcement.value = text.settings.notKept;
});
const database = openDatabase({ name: storageNames(siteRoot.href).database(DEFAULT_PROFILE) });
const keeping = new Keeping({
  database,
  locks: window.isSecureContext ? navigator.locks : undefined,
  nameOfLock: (id) => storageNames(siteRoot.href).conversationLock(id),
  now: Date.now,
});
const toolsState = createToolsState();
const tools = new Tools({
  state: toolsState,
  send: (message) => {
    python.send(message);
  },
  services: (mayRead) =>
    sitePageServices({
      window,
      root: siteRoot,
      python: parts.python,
      activity: toolsState.activity,
      mayRead,
      newId,
      now: Date.now,
    }),
  newId,
  now: Date.now,
  conversationOf: (turn) => conversationOf(state, turn),
  settings: () => settings.settingsFor(state.conversation.value.id),
  announce: (sentence) => {
    state.announcement.value = sentence;
  },
  failed: (error) => {
    console.warn("A choice about tools could not be kept:", error);
    state.announcement.value = text.settings.notKept;
  },
});
const controller = new Controller({
  state,
  turns: keeping.turns,
  settingsFor: (conversation) => ({ ...settings.settingsFor(conversation), ...tools.settings() }),
  clock: pageClock,
  now: Date.now,
  elapsed: () => performance.now(),
  newId,
});

const templates = new Templates(
  database.then((opened) => opened.templates),
  newId,
);
const composing = new Composing(state, templates, newId);

const places = new Places(window);

const build = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? "unknown";
const tab = newId();
const shared = startSiteEngine({ scope: siteRoot, build, tab, ...options, newId });
const engine = new EngineSupervisor({
  connect: () => shared.connection(),
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
  boot: {
    pyodide_url: new URL(parts.python, siteRoot).href,
    lock_url: new URL("pyodide-lock.json", new URL(parts.wheels, siteRoot)).href,
    packages_url: new URL(parts.wheels, siteRoot).href,
    ...(options.snapshot ? { snapshot_url: new URL("python-snapshot.bin.gz", new URL(parts.snapshot, siteRoot)).href } : {}),
  },
  onMessage: (message) => {
    controller.receive(message);
    tools.receive(message);
  },
  enginePort: () => shared.connect(),
  tab,
  locks: window.isSecureContext ? navigator.locks : undefined,
});

const programs = new Programs({
  engine: shared,
  origins: new OtherOrigins({ scope: siteRoot.href, storage: storageOf(window), changes: window }),
  page: siteRoot.href,
});

if ("serviceWorker" in navigator)
  relayApi({
    container: navigator.serviceWorker,
    script: scriptOf(siteRoot.href),
    leads: () => shared.owns,
    serve: (port) => python.serveApi(port),
  });

const models = new Models({
  state: state.models,
  room: new WireEngineRoom(engine, options.device),
  files: browserFiles(window),
  declined: declinedIn(window.localStorage),
  catalogue: () => state.catalogue.value,
  refreshCatalogue: () => engine.refreshModels(),
  loaded: () => (state.engine.value.kind === "ready" ? state.engine.value.model.id : null),
  load: (model, wishes) => {
    controller.loadModel(model, wishes);
  },
  announce: (sentence) => {
    state.announcement.value = sentence;
  },
  setOpen: (open) => {
    state.modelDialogOpen.value = open;
    const here = places.sheet.peek() === "models";
    if (open && !here) places.open("models");
    if (!open && here) places.close();
  },
  pageFacts: () => ({ version, build, python: state.python.value, browser: navigator.userAgent }),
});

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
effect(() => {
  const here = places.sheet.value === "models";
  if (here === state.modelDialogOpen.peek()) return;
  if (here) models.open();
  else models.close();
});
followSettings({
  state,
  settings,
  reach: new ServerReach({
    origin: location.origin,
    open: (message, requests, signal) =>
      openHiddenFrame(new URL("server.html", siteRoot), message, [requests], signal),
    tell: (origin, port) => {
      python.reachServer(origin, port);
    },
  }),
});
void database.then((opened) => settings.attach(opened));
watchNetwork(window, state.online, (sentence) => {
  state.announcement.value = sentence;
});
keepTitle(document, places, () => keeping.titleOf(state.conversation.value));
const wide = watchWidth(window);
const theme = createTheme(document.documentElement, window.localStorage);
render(
  <AppContext.Provider value={{ state, actions: controller, models, composing, keeping, site, release: { version, build }, theme, places, settings, wide }}>
    <ProgramsContext.Provider value={programs}>
      <ToolsContext.Provider value={tools}>
        <App />
      </ToolsContext.Provider>
    </ProgramsContext.Provider>
  </AppContext.Provider>,
  root,
);
controller.start(python, engine, options.model);
void keeping.start(state, controller, places).then((conversations) => {
  flushWhenLeft(window, conversations);
});
void database.then((opened) => tools.attach(opened)).catch((error: unknown) => {
  console.warn("What was chosen about tools could not be read:", error);
});
followEngine(state, models);
void probeDevice(navigator).then((device) => {
  state.device.value = device;
});
