import type { EngineState, LoadedModel, WireError } from "../protocol/wire";
import { type EngineFailure, failure } from "./errors";
import type { Plan } from "./recovery";
import type { Seat } from "./seat";

/** What the room computes with, and what it tells of it. One place, so that nobody has to be told twice. */
export class RoomState {
  seat: Seat | null = null;
  /** What was loaded last: what a reset loads again. */
  plan: Plan | null = null;
  /** What was put to sleep: the next request loads it again, so that it still counts as ready. */
  asleep: { model: LoadedModel; plan: Plan; answersFor: ReadonlySet<string> } | null = null;
  loading: { model: string; fraction: number; recovering?: WireError } | null = null;
  /** A model that loads behind the one that answers. */
  incoming: { model: string; fraction: number } | null = null;
  loss: { model: string | null; error: WireError } | null = null;
  /** Why the last load failed: a completion that waited for it has to say so. */
  loadError: { model: string; error: WireError } | null = null;
  /** Requests that wait or run. */
  requests = 0;
  private readonly listeners = new Set<() => void>();

  /** The model that answers the next request, awake or asleep. */
  get model(): LoadedModel | null {
    return this.seat?.model ?? this.asleep?.model ?? null;
  }

  /** The state in the words of the wire. */
  get wire(): EngineState {
    if (this.loading !== null) return { type: "loading", ...this.loading };
    const { model } = this;
    if (model !== null) {
      const incoming = this.incoming === null ? {} : { incoming: this.incoming };
      return { type: "ready", model, queued: this.requests, ...incoming };
    }
    // The model that answered has made room for it.
    if (this.incoming !== null) return { type: "loading", ...this.incoming };
    if (this.loss !== null) return { type: "lost", ...this.loss };
    return { type: "empty" };
  }

  /** Tells a listener of every change. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Why there is no model for a request. */
  absence(wanted: string | undefined): EngineFailure {
    const { loadError, loss } = this;
    if (loadError !== null && (this.seat === null || wanted === loadError.model)) {
      const { model, error } = loadError;
      return failure(
        "model_not_loaded",
        `The model ${model} did not load: ${error.message}`,
        error.hint ?? "Load a model first.",
        { wanted: model, cause: error.code },
      );
    }
    if (this.seat !== null) {
      const loaded = this.seat.model.id;
      return failure(
        "model_not_loaded",
        `The request is for ${wanted ?? ""}, but ${loaded} is loaded.`,
        "Load the model first, or leave the model out of the request.",
        { wanted, loaded },
      );
    }
    if (loss !== null) {
      return failure(
        "model_not_loaded",
        `The model was lost: ${loss.error.message}`,
        "Load the model again.",
        { cause: loss.error.code },
      );
    }
    return failure("model_not_loaded", "No model is loaded.", "Load a model first.");
  }
}
