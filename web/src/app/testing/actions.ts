/** Actions for views that are shown in a test: each is written down. */
import type { Actions } from "../components/context";

export type Done = [action: keyof Actions, ...args: string[]][];

export function recordedActions(done: Done): Actions {
  const note =
    (action: keyof Actions) =>
    (...args: string[]): void => {
      done.push([action, ...args]);
    };
  return {
    ask: note("ask"),
    stop: note("stop"),
    withdraw: note("withdraw"),
    retry: note("retry"),
    newConversation: note("newConversation"),
    chooseModel: note("chooseModel"),
    retryModel: note("retryModel"),
    restartPython: note("restartPython"),
  };
}

export function silentActions(): Actions {
  return recordedActions([]);
}
