/** The application's state: one signal per concern. Views read it; only the controller writes it. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { ModelRecord } from "../protocol/wire";
import { Announcement } from "./announcement";
import type { DeviceAbilities } from "./device";
import { createModelsState, type ModelsState } from "./models/state";
import { emptyConversation, isBusy, type Conversation } from "./stores/conversation";
import { ENGINE_STARTS, modelOf, type EngineView } from "./stores/engine";
import {
  NO_UPDATE,
  OFFLINE_STARTS,
  type InstallState,
  type OfflineState,
  type UpdateState,
} from "./stores/offline";
import { PYTHON_STARTS, type PythonState } from "./stores/python";
import type { Attached } from "./stores/turn";

/** One Amplifier event as it arrived, for consoles and tests. */
export interface SeenEvent {
  turn: string;
  name: string;
  payload: Readonly<Record<string, unknown>>;
  /** Milliseconds since the page was opened. */
  at: number;
}

/** What stands between the composer and the model, if anything. */
export type Readiness =
  "ready" | "waits_for_both" | "waits_for_python" | "waits_for_model" | "python_failed" | "no_model";

export interface AppState {
  python: Signal<PythonState>;
  engine: Signal<EngineView>;
  /** The conversation on the screen. */
  conversation: Signal<Conversation>;
  /** Others that were left with an answer that still runs or waits, by id; each is seen here once with its end. */
  behind: Signal<ReadonlyMap<string, Conversation>>;
  /** Null until the engine has said what it knows. */
  catalogue: Signal<readonly ModelRecord[] | null>;
  device: Signal<DeviceAbilities | null>;
  models: ModelsState;
  offline: Signal<OfflineState>;
  update: Signal<UpdateState>;
  install: Signal<InstallState>;
  draft: Signal<string>;
  /** What is to be sent with the draft. */
  attached: Signal<readonly Attached[]>;
  modelDialogOpen: Signal<boolean>;
  announcement: Announcement;
  readiness: ReadonlySignal<Readiness>;
  /** Whether the browser has a network. */
  online: Signal<boolean>;
  /** The newest Amplifier events, in order; too many to be told one by one. */
  events: SeenEvent[];
  /** Whether a server answers the conversation on the screen, at least where the browser cannot. */
  serverAnswers: Signal<boolean>;
  /** True while a turn runs or waits. */
  busy: ReadonlySignal<boolean>;
  /** Name of the model that is loaded or on its way. */
  modelName: ReadonlySignal<string | null>;
}

export function createState(conversationId: string): AppState {
  const python = signal<PythonState>(PYTHON_STARTS);
  const engine = signal<EngineView>(ENGINE_STARTS);
  const conversation = signal<Conversation>(emptyConversation(conversationId));
  const catalogue = signal<readonly ModelRecord[] | null>(null);
  const serverAnswers = signal(false);
  return {
    serverAnswers,
    online: signal(true),
    events: [],
    python,
    engine,
    conversation,
    behind: signal<ReadonlyMap<string, Conversation>>(new Map()),
    catalogue,
    device: signal<DeviceAbilities | null>(null),
    models: createModelsState(),
    offline: signal<OfflineState>(OFFLINE_STARTS),
    update: signal<UpdateState>(NO_UPDATE),
    install: signal<InstallState>("unavailable"),
    draft: signal(""),
    attached: signal<readonly Attached[]>([]),
    modelDialogOpen: signal(false),
    announcement: new Announcement(),
    readiness: computed(() => readinessOf(python.value, engine.value, serverAnswers.value)),
    busy: computed(() => isBusy(conversation.value)),
    modelName: computed(() => nameOf(modelOf(engine.value), catalogue.value)),
  };
}

export function readinessOf(python: PythonState, engine: EngineView, serverAnswers = false): Readiness {
  if (python.kind === "failed") return "python_failed";
  // A server needs no model here.
  if (serverAnswers) return python.kind === "ready" ? "ready" : "waits_for_python";
  switch (engine.kind) {
    case "ready":
      return python.kind === "ready" ? "ready" : "waits_for_python";
    case "failed":
    case "empty":
      return "no_model";
    case "starting":
    case "loading":
    case "restarting":
      return python.kind === "ready" ? "waits_for_model" : "waits_for_both";
  }
}

function nameOf(id: string | null, catalogue: readonly ModelRecord[] | null): string | null {
  return catalogue?.find((record) => record.id === id)?.name ?? id;
}
