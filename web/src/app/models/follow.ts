import { effect } from "@preact/signals";
import type { AppState } from "../state";
import type { Models } from "./models";

/** Tells `models` when the engine's worker is there and when a model answers. Returns what ends that. */
export function followEngine(state: AppState, models: Pick<Models, "connected" | "answers">): () => void {
  return effect(() => {
    const engine = state.engine.value;
    if (state.catalogue.value === null || engine.kind === "starting" || engine.kind === "restarting") return;
    // What follows reads and writes other signals: it must not run again because of them.
    queueMicrotask(() => {
      models.connected();
      if (engine.kind === "ready") void models.answers();
    });
  });
}
