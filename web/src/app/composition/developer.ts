/** What developers see, joined to the threads whose messages go by. */
import { engineWire } from "../../bridge/wire-tap";
import type { ToPython } from "../../page/python-host";
import { Developer } from "../developer/developer";
import { EventLog } from "../developer/event-log";
import { newId } from "../new-id";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import { conversationOf } from "../tools/conversation-of";

export interface DeveloperParts {
  state: AppState;
  settings: SettingsStore;
  send: (message: ToPython) => void;
}

export function composeDeveloper({ state, settings, send }: DeveloperParts): Developer {
  let unheard: (() => void) | null = null;
  let first = true;
  const log = new EventLog({
    now: Date.now,
    conversationOf: (turn) => conversationOf(state, turn),
    redaction: () => ({ secrets: [settings.key.peek()] }),
    onWatched: (watched) => {
      unheard?.();
      unheard = watched
        ? engineWire.listen((message, toEngine) => {
            log.note(toEngine ? "page_to_engine" : "engine_to_page", message.type, message);
          })
        : null;
      if (first) noteEarlier(log, state);
      first = false;
      // Before Python runs it is told when it does.
      if (state.python.peek().kind === "ready") send({ type: "watch_wire", on: watched });
    },
  });
  return new Developer({
    log,
    send,
    newId,
    now: Date.now,
    every: (perSecond, act) => {
      const timer = setInterval(act, 1_000 / perSecond);
      return () => {
        clearInterval(timer);
      };
    },
  });
}

/** What the page remembers of the time before anybody watched. */
function noteEarlier(log: EventLog, { events }: AppState): void {
  const opened = Date.now() - performance.now();
  for (const { turn, name, payload, at } of events) {
    log.note("amplifier", name, payload, { turn, at: Math.round(opened + at) });
  }
}
