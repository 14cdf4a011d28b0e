/** The tools of the page, joined to what they act on. */
import parts from "virtual:site-parts";
import type { ToPython } from "../../page/python-host";
import { newId } from "../new-id";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import { text } from "../text";
import { conversationOf } from "../tools/conversation-of";
import { sitePageServices } from "../tools/services";
import { createToolsState } from "../tools/state";
import { Tools } from "../tools/tools";
import type { Page } from "./page";

export interface ToolsParts {
  state: AppState;
  settings: SettingsStore;
  send: (message: ToPython) => void;
}

export function composeTools({ root }: Page, { state, settings, send }: ToolsParts): Tools {
  const toolsState = createToolsState();
  return new Tools({
    state: toolsState,
    send,
    services: (mayRead) =>
      sitePageServices({
        window,
        root,
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
}
