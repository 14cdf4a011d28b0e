/** Studying, joined to the engine, the settings and the database. Its script is fetched when its place is opened. */
import type { EngineSupervisor } from "../../page/engine-supervisor";
import type { AppDatabase } from "../database/database";
import { lazily } from "../lazily";
import { newId } from "../new-id";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import type { Study } from "../study/study";
import { text } from "../text";

export interface StudyParts {
  state: AppState;
  settings: SettingsStore;
  database: Promise<AppDatabase>;
  engine: () => EngineSupervisor;
}

export function composeStudy({ state, settings, database, engine }: StudyParts): () => Promise<Study> {
  const announce = (sentence: string): void => {
    state.announcement.value = sentence;
  };
  return lazily(async () => {
    const [{ Study }, { samplingOf }] = await Promise.all([import("../study/study"), import("../study/asking")]);
    return new Study({
      database,
      newId,
      now: Date.now,
      failed: (error) => {
        console.warn("A deck could not be kept:", error);
        announce(text.study.place.notKept);
      },
      complete: (body) => engine().complete(body, "side"),
      model: () => {
        const view = state.engine.value;
        if (view.kind !== "ready") return null;
        const { id, context_window: contextWindow, capabilities } = view.model;
        return { id, contextWindow, holdsSchemas: capabilities.json_schema };
      },
      sampling: () => samplingOf(settings.everywhere.value),
      announce: {
        done: ({ done, wanted }) => {
          announce(text.study.making.announceDone(done, wanted));
        },
        ended: (outcome) => {
          if (outcome.kind === "failed") {
            const { code, message } = outcome.error;
            announce(text.announce.error(text.errors.titles[code], message));
          } else announce(text.study.making.announceEnd(outcome.kind === "again" ? outcome.count : outcome.done));
        },
      },
    });
  });
}
