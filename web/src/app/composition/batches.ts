/** Batches, joined to the engine room, the settings and the database; fetched when their place is opened. */
import type { EngineSupervisor } from "../../page/engine-supervisor";
import type { Batches } from "../batch/batches";
import { sumsOf } from "../batch/record";
import type { AppDatabase } from "../database/database";
import { lazily } from "../lazily";
import { newId } from "../new-id";
import { samplingOf } from "../settings/effective";
import type { SettingsStore } from "../settings/store";
import type { AppState } from "../state";
import { text } from "../text";
import type { Page } from "./page";

export interface BatchesParts {
  state: AppState;
  settings: SettingsStore;
  database: Promise<AppDatabase>;
  engine: () => EngineSupervisor;
}

/** An engine that hangs keeps nobody from leaving. */
const LEAVING_MS = 5_000;

/** Events that the engine may send ahead of what was read. */
const CREDIT = 64;

export function composeBatches({ names }: Page, { state, settings, database, engine }: BatchesParts): () => Promise<Batches> {
  const announce = (sentence: string): void => {
    state.announcement.value = sentence;
  };
  return lazily(async () => {
    const { Batches } = await import("../batch/batches");
    return new Batches({
      database,
      room: {
        run: (body) => engine().stream({ type: "batch", body, credit: CREDIT }),
        forget: async (job) => {
          await engine().query({ type: "forget_batch", job });
        },
      },
      model: () => (state.engine.value.kind === "ready" ? state.engine.value.model.id : null),
      sampling: () => samplingOf(settings.everywhere.value),
      locks: window.isSecureContext ? navigator.locks : undefined,
      nameOfLock: (id) => names.batchLock(id),
      newId,
      now: Date.now,
      failed: (error) => {
        console.warn("A batch could not be kept:", error);
        announce(text.batch.place.notKept);
      },
      ended: (batch) => {
        const { done, failed } = sumsOf(batch);
        const { length } = batch.prompts;
        const over = batch.state.kind === "finished";
        announce(over ? text.batch.batch.finished(length, failed) : text.batch.batch.ended(done, length));
      },
    });
  });
}

/** Has batches paused and written, and nothing of them kept where nothing is sealed. */
export async function leaveBatches(batches: () => Promise<Batches>): Promise<void> {
  const left = batches().then((opened) => opened.leave());
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, LEAVING_MS);
  });
  try {
    await Promise.race([left, late]);
  } catch (error) {
    console.warn("The engine may still keep something of a batch:", error);
  }
}
