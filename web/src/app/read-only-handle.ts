/** `window.webllmApp`: what tests and consoles may read. It does nothing. */
import type { Controller } from "./controller";
import type { AppState, SeenEvent } from "./state";
import type { Conversation } from "./stores/conversation";
import type { EngineView } from "./stores/engine";
import type { InstallState, OfflineState, UpdateState } from "./stores/offline";
import type { PythonState } from "./stores/python";
import type { Versions } from "../protocol/wire";

export interface ReadOnlyHandle {
  readonly engineState: EngineView;
  readonly pythonState: PythonState;
  readonly conversation: Conversation;
  /** What is stored for a day without network. */
  readonly offline: OfflineState;
  readonly update: UpdateState;
  readonly install: InstallState;
  /** The build that this page belongs to. */
  readonly build: string;
  /** Null until Python has started. */
  readonly versions: Versions | null;
  /** The newest Amplifier events of all turns, oldest first. */
  readonly events: readonly SeenEvent[];
}

declare global {
  interface Window {
    readonly webllmApp: ReadOnlyHandle;
  }
}

export function exposeReadOnly(
  target: Window,
  state: AppState,
  controller: Controller,
  build: string,
): void {
  const handle: ReadOnlyHandle = {
    get engineState() {
      return state.engine.value;
    },
    get pythonState() {
      return state.python.value;
    },
    get conversation() {
      return state.conversation.value;
    },
    get offline() {
      return state.offline.value;
    },
    get update() {
      return state.update.value;
    },
    get install() {
      return state.install.value;
    },
    build,
    get versions() {
      const python = state.python.value;
      return python.kind === "ready" ? python.versions : null;
    },
    get events() {
      return controller.events;
    },
  };
  Object.defineProperty(target, "webllmApp", { value: Object.freeze(handle), configurable: false });
}
