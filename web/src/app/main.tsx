/** The composition root of the page: makes every part, joins them, and hands the page over to Preact. */
import { version } from "../../package.json";
import { render } from "preact";
import { OtherOrigins, storageOf } from "../door/origins";
import { openHiddenFrame } from "../page/hidden-frame";
import { WireEngineRoom } from "../page/engine-room";
import type { ToPython } from "../page/python-host";
import { ServerReach } from "../page/server-reach";
import { Programs } from "./api/programs";
import { pageClock } from "./batching";
import { App } from "./components/App";
import { ProgramsContext } from "./components/api/context";
import { AppContext } from "./components/context";
import { DataContext } from "./components/data/context";
import { Gate } from "./components/data/Gate";
import { InsideContext } from "./components/inside";
import { BatchesContext } from "./components/batch/context";
import { StudyContext } from "./components/study/context";
import { ToolsContext } from "./components/tools/context";
import { Composing } from "./composer/composing";
import { Templates } from "./composer/templates";
import { composeBatches, leaveBatches } from "./composition/batches";
import { composeDeveloper } from "./composition/developer";
import { composeMetrics } from "./composition/metrics";
import { composeModels } from "./composition/models";
import { readPage } from "./composition/page";
import { composeSite } from "./composition/site";
import { composeStudy } from "./composition/study";
import { answerApi, composeThreads, type Threads } from "./composition/threads";
import { composeTools } from "./composition/tools";
import { composeVault, openProfile, pythonStore, saveFile } from "./composition/vault";
import { Controller } from "./controller";
import { flushWhenLeft, Keeping } from "./conversations/start";
import { probeDevice } from "./device";
import { startLanguage } from "./language";
import { nameOfTab } from "./metrics/askers";
import { followEngine } from "./models/follow";
import { newId } from "./new-id";
import { watchNetwork } from "./online";
import { Places } from "./places";
import { exposeReadOnly } from "./read-only-handle";
import { followSettings } from "./settings/follow";
import { SettingsStore } from "./settings/store";
import { createState } from "./state";
import { isBusy } from "./stores/conversation";
import { text } from "./text";
import { createTheme } from "./theme";
import { keepTitle } from "./title";
import { watchWidth } from "./viewport";

const page = readPage(document);
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no element for the application.");
startLanguage({
  root: document.documentElement,
  wanted: () => navigator.languages,
  storage: window.localStorage,
});

// ---- what is known, and where it is kept ------------------------------------------------------

const state = createState(newId());
const announce = (sentence: string): void => {
  state.announcement.value = sentence;
};
const settings = new SettingsStore((error) => {
  console.warn("A setting could not be kept:", error);
  announce(text.settings.notKept);
});
const vault = composeVault(page, {
  settle: async () => {
    await keeping.flush();
    if (vault.current !== null) await leaveBatches(batches);
    threads.python.close();
    if (vault.current !== null) (await database).close();
  },
  conversation: () => places.conversation.value,
  busy: () => [state.conversation.value, ...state.behind.value.values()].some(isBusy),
});
const database = openProfile(vault);
const keeping = new Keeping({
  database,
  locks: window.isSecureContext ? navigator.locks : undefined,
  nameOfLock: (id) => page.names.conversationLock(id),
  now: Date.now,
});
const templates = new Templates(
  database.then((opened) => opened.templates),
  newId,
);
const places = new Places(window);

// ---- what acts --------------------------------------------------------------------------------

const tools = composeTools(page, {
  state,
  settings,
  send: (message) => {
    threads.python.send(message);
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
const toPython = (message: ToPython): void => {
  threads.python.send(message);
};
// Of the profile that is open once the engine and Python are asked for.
const profile = (): string | null => vault.current?.record.id ?? null;
const tab = (): string => nameOfTab(page.tab, profile());
const measuring = composeMetrics({
  state,
  settings,
  profile,
  tab,
  room: () => new WireEngineRoom(threads.engine, page.options.device),
  places,
});
const developer = composeDeveloper({ state, settings, send: toPython });
const threads: Threads = composeThreads(page, controller, tools, {
  receive: (message) => {
    measuring.receive(message);
    developer.receive(message);
  },
  sent: (message) => {
    developer.sent(message);
  },
}, { tab, store: () => pythonStore(vault) });
threads.python.prepare();
answerApi(page, threads);
const models = composeModels(page, { state, controller, engine: threads.engine, places });
const programs = new Programs({
  engine: threads.shared,
  origins: new OtherOrigins({ scope: page.root.href, storage: storageOf(window), changes: window }),
  page: page.root.href,
});
const study = composeStudy({ state, settings, database, engine: () => threads.engine });
const batches = composeBatches(page, { state, settings, database, engine: () => threads.engine });
const site = composeSite(page, state, () => keeping.flush());
exposeReadOnly(window, state, controller, page.build);

// ---- what follows what ------------------------------------------------------------------------

followSettings({
  state,
  settings,
  reach: new ServerReach({
    origin: location.origin,
    open: (message, requests, signal) =>
      openHiddenFrame(new URL("server.html", page.root), message, [requests], signal),
    tell: (origin, port) => {
      threads.python.reachServer(origin, port);
    },
  }),
});
watchNetwork(window, state.online, announce);
keepTitle(
  document,
  places,
  () => keeping.titleOf(state.conversation.value),
  () => vault.state.value.kind === "open" && vault.state.value.profile.lock === null,
);

// ---- and off ----------------------------------------------------------------------------------

const value = {
  state,
  actions: controller,
  models,
  composing: new Composing(state, templates, newId),
  keeping,
  site,
  release: { version, build: page.build },
  theme: createTheme(document.documentElement, window.localStorage),
  places,
  settings,
  wide: watchWidth(window),
};
render(
  <AppContext.Provider value={value}>
    <ProgramsContext.Provider value={programs}>
      <ToolsContext.Provider value={tools}>
        <InsideContext.Provider value={{ metrics: measuring.store, developer }}>
          <StudyContext.Provider value={study}>
            <BatchesContext.Provider value={batches}>
            <DataContext.Provider value={{ vault, database, flush: () => keeping.flush(), save: saveFile }}>
              <Gate>
                <App />
              </Gate>
            </DataContext.Provider>
            </BatchesContext.Provider>
          </StudyContext.Provider>
        </InsideContext.Provider>
      </ToolsContext.Provider>
    </ProgramsContext.Provider>
  </AppContext.Provider>,
  root,
);
void vault.start();
void vault.opened.then(() => {
  controller.start(threads.python, threads.engine, page.options.model);
});
void keeping.start(state, controller, places).then((conversations) => {
  flushWhenLeft(window, conversations);
});
void database.then((opened) => settings.attach(opened));
void database.then((opened) => tools.attach(opened)).catch((error: unknown) => {
  console.warn("What was chosen about tools could not be read:", error);
});
followEngine(state, models);
measuring.start();
void database.then((opened) => {
  measuring.store.attach(opened);
});
void probeDevice(navigator).then((device) => {
  state.device.value = device;
});
