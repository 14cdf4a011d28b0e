/** What is known of the engine: its own state, with the progress of the load that goes on. */
import type { EngineAction } from "../../page/engine-supervisor";
import type { EngineState, Incoming, LoadedModel, Progress, StreamEvent, WireError } from "../../protocol/wire";

export type EngineView =
  | { kind: "starting" }
  | { kind: "empty" }
  | {
      kind: "loading";
      model: string;
      fraction: number;
      progress: Progress | null;
      /** Why it is loaded again, where it was lost. */
      recovering: WireError | null;
    }
  | {
      kind: "ready";
      model: LoadedModel;
      queued: number;
      /** The model that loads behind it. */
      incoming: Incoming | null;
    }
  | { kind: "restarting"; model: string | null; error: WireError }
  | { kind: "failed"; model: string | null; error: WireError };

export type { EngineAction };

export const ENGINE_STARTS: EngineView = { kind: "starting" };

/** Id of the model that is loaded, on its way, or was there last. */
export function modelOf(view: EngineView): string | null {
  switch (view.kind) {
    case "starting":
    case "empty":
      return null;
    case "ready":
      return view.model.id;
    case "loading":
    case "restarting":
    case "failed":
      return view.model;
  }
}

/** Why the engine is being made anew, where it is. */
export function lossIn(view: EngineView): WireError | null {
  if (view.kind === "restarting") return view.error;
  return view.kind === "loading" ? view.recovering : null;
}

/** The view after something happened. */
export function reduceEngine(view: EngineView, action: EngineAction): EngineView {
  switch (action.type) {
    case "starts":
      return ENGINE_STARTS;
    case "state":
      return fromState(view, action.state);
    case "load_asked":
      return { kind: "loading", model: action.model, fraction: 0, progress: null, recovering: null };
    case "load_event":
      return fromLoadEvent(view, action.model, action.event);
    case "behind_failed":
      // What answers is still there.
      return view.kind === "ready" ? { ...view, incoming: null } : view;
    case "died":
      return { kind: "restarting", model: modelOf(view), error: action.error };
    case "gave_up":
      return { kind: "failed", model: modelOf(view), error: action.error };
  }
}

function fromState(view: EngineView, state: EngineState): EngineView {
  switch (state.type) {
    case "empty":
      // The reason why a load failed says more than the emptiness after it.
      return view.kind === "failed" || view.kind === "loading" ? view : { kind: "empty" };
    case "loading": {
      const known = view.kind === "loading" && view.model === state.model ? view.progress : null;
      const recovering = state.recovering ?? null;
      return { kind: "loading", model: state.model, fraction: state.fraction, progress: known, recovering };
    }
    case "ready":
      return {
        kind: "ready",
        model: state.model,
        queued: state.queued,
        incoming: state.incoming ?? null,
      };
    case "lost":
      return { kind: "failed", model: state.model, error: state.error };
  }
}

function fromLoadEvent(view: EngineView, model: string, event: StreamEvent): EngineView {
  switch (event.type) {
    case "progress":
      return {
        kind: "loading",
        model,
        fraction: event.fraction,
        progress: event,
        recovering: view.kind === "loading" ? view.recovering : null,
      };
    case "loaded":
      return { kind: "ready", model: event.model, queued: 0, incoming: null };
    case "failure":
      return { kind: "failed", model, error: event.error };
    case "started":
    case "delta":
    case "finished":
    case "recovered":
    case "fetched":
    case "exported":
    case "observed":
    case "batch_item":
    case "batch_finished":
      // Events of other streams, which a load never sends.
      return view;
  }
}
