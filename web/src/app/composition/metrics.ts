/** What is measured of this page: heard here, kept in its database. */
import { effect } from "@preact/signals";
import type { PythonMessage } from "../../protocol/wire";
import type { WireEngineRoom } from "../../page/engine-room";
import { AskedRequests } from "../metrics/asked";
import { isOthers } from "../metrics/askers";
import { RECENT } from "../metrics/choices";
import { Gathering } from "../metrics/gathering";
import { Recorder } from "../metrics/recorder";
import { ServerAnswers } from "../metrics/server-answers";
import { InferenceStore } from "../metrics/store";
import type { Mode } from "../settings/choices";
import type { Places } from "../places";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import { conversationOf } from "../tools/conversation-of";

/** How long another tab may take to note what it has asked itself. */
const OTHERS_MS = 2_000;

export interface Measuring {
  store: InferenceStore;
  receive(message: PythonMessage): void;
  /** Hears the engine from now on, and each that takes its place. */
  start(): void;
}

export interface Measured {
  state: AppState;
  settings: SettingsStore;
  /** The profile that is open; null: none yet. */
  profile: () => string | null;
  /** What this tab calls itself in the engine room. */
  tab: () => string;
  room: () => Pick<WireEngineRoom, "observe">;
  places: Pick<Places, "sheet">;
}

export function composeMetrics({ state, settings, profile, tab, room, places }: Measured): Measuring {
  const store = new InferenceStore(Date.now, (error) => {
    console.warn("An inference could not be kept:", error);
  });
  const modeFor = (conversation: string | null): Mode =>
    (conversation === null ? null : settings.settingsFor(conversation).mode) ?? "client_side";
  const asked = new AskedRequests();
  const gathering = new Gathering({
    mode: ({ client, priority, again }) => {
      // What another tab has asked it notes itself, as long as it is there. Cards and batches are of no conversation.
      if (client !== tab() || priority !== "chat") return "client_side";
      return modeFor(conversationOf(state, asked.ended(again) ?? undefined));
    },
    memoryOf: (model) => state.catalogue.value?.find(({ id }) => id === model)?.memory_mb ?? null,
  });
  const recorder = new Recorder({
    tab,
    isOthers: (client) => isOthers(client, profile()),
    observe: () => room().observe(),
    gathering,
    server: new ServerAnswers((turn) => modeFor(conversationOf(state, turn)), Date.now),
    remember: (inference) => store.remember(inference),
    later: (act) => {
      setTimeout(act, OTHERS_MS);
    },
  });
  return {
    store,
    receive: (message) => {
      asked.hear(message);
      recorder.receive(message);
    },
    start: () => {
      effect(() => {
        // While the place itself is fetched.
        if (places.sheet.value === "metrics") store.ahead(RECENT);
      });
      effect(() => {
        const engine = state.engine.value;
        gathering.answersBy(engine.kind === "ready" ? engine.model.engine.kind : null);
        if (engine.kind === "empty" || engine.kind === "loading" || engine.kind === "ready") void recorder.listen();
      });
    },
  };
}
