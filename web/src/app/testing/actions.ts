/** Actions for views that are shown in a test: each is written down. */
import { signal } from "@preact/signals";
import type { Actions, AppContextValue, SiteActions } from "../components/context";
import { createKeepingState } from "../conversations/state";

export type Done = [action: keyof Actions, ...args: unknown[]][];

export function recordedActions(done: Done): Actions {
  const note =
    (action: keyof Actions) =>
    (...args: unknown[]): void => {
      done.push([action, ...args]);
    };
  return {
    ask: note("ask"),
    edit: note("edit"),
    stop: note("stop"),
    withdraw: note("withdraw"),
    retry: note("retry"),
    continueTurn: note("continueTurn"),
    approve: note("approve"),
    instruct: note("instruct"),
    switchTo: note("switchTo"),
    remove: note("remove"),
    clear: note("clear"),
    undoRemoval: note("undoRemoval"),
    acceptRemoval: note("acceptRemoval"),
    newConversation: note("newConversation"),
    retryModel: note("retryModel"),
    restartPython: note("restartPython"),
  };
}

export function silentActions(): Actions {
  return recordedActions([]);
}

/** Conversations whose database is not open yet. */
export function silentKeeping(): AppContextValue["keeping"] {
  return { list: signal(null), state: createKeepingState() };
}

export type SiteDone = (keyof SiteActions)[];

export function recordedSite(done: SiteDone): SiteActions {
  const note = (action: keyof SiteActions) => (): Promise<void> => {
    done.push(action);
    return Promise.resolve();
  };
  return {
    save: note("save"),
    applyUpdate: () => void note("applyUpdate")(),
    postponeUpdate: () => void note("postponeUpdate")(),
    install: note("install"),
    reload: () => void note("reload")(),
  };
}

export const RELEASE = { version: "1.2.3", build: "0123456789abcdef" };
