/** What every view can reach: the state to read, the controller to act. */
import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Composing } from "../composer/composing";
import type { Controller } from "../controller";
import type { Keeping } from "../conversations/start";
import type { Installer } from "../install";
import type { Models } from "../models/models";
import type { Offline } from "../offline";
import type { Places } from "../places";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import type { ThemeChoice } from "../theme";

/** What a view may ask for; tests give their own. */
export type Actions = Pick<
  Controller,
  | "ask"
  | "edit"
  | "stop"
  | "withdraw"
  | "retry"
  | "continueTurn"
  | "approve"
  | "instruct"
  | "switchTo"
  | "remove"
  | "clear"
  | "undoRemoval"
  | "acceptRemoval"
  | "newConversation"
  | "retryModel"
  | "restartPython"
>;

/** What a view may ask for around offline use and versions. */
export type SiteActions = Pick<Offline, "save" | "applyUpdate" | "postponeUpdate"> & {
  install: Installer["ask"];
  reload(): void;
};

export interface Release {
  version: string;
  /** Differs between any two builds. */
  build: string;
}

export interface AppContextValue {
  state: AppState;
  actions: Actions;
  models: Models;
  /** The message that is being written. */
  composing: Composing;
  /** All conversations, and how they are kept. */
  keeping: Pick<Keeping, "list" | "state">;
  places: Places;
  settings: SettingsStore;
  site: SiteActions;
  /** What this page is. */
  release: Release;
  theme: ThemeChoice;
  /** Whether there is room for a column beside the conversation. */
  wide: ReadonlySignal<boolean>;
}

export const AppContext = createContext<AppContextValue | null>(null);

export function useApp(): AppContextValue {
  const value = useContext(AppContext);
  if (value === null) throw new Error("A view stands outside of the application's context.");
  return value;
}
