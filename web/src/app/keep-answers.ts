/** Joins the journal of running answers to the conversation: what was left goes on, what is written is kept. */
import { effect } from "@preact/signals";
import { installStore, type StoreGlobals } from "../bridge/store";
import { storageNames } from "../offline/names";
import { AnswerJournal } from "../page/answer-journal";
import type { Controller } from "./controller";
import type { AppState } from "./state";
import { type Conversation, runningTurn } from "./stores/conversation";

export async function keepAnswers(state: AppState, controller: Controller, scope: URL): Promise<void> {
  // Without locks there is no Python either.
  if (!window.isSecureContext) return;
  const store = {};
  installStore(store);
  const journal = new AnswerJournal<Conversation>({
    store: store as StoreGlobals,
    locks: navigator.locks,
    lockOf: (id) => storageNames(scope.href).conversationLock(id),
    now: Date.now,
  });
  const left = await journal.claim();
  if (left !== null) controller.restore(left);
  effect(() => {
    const conversation = state.conversation.value;
    journal.follow(conversation, runningTurn(conversation) !== null);
  });
}
