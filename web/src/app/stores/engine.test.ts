import { describe, expect, it } from "vitest";
import { DEMO, DIED, LOADED } from "../testing/messages";
import { ENGINE_STARTS, modelOf, reduceEngine, type EngineAction, type EngineView } from "./engine";

const PROGRESS = {
  type: "progress",
  stage: "download",
  fraction: 0.4,
  loaded_bytes: 4,
  total_bytes: 10,
  text: "",
} as const;
const NOT_FOUND = { code: "model_not_found", message: 'There is no model "x".' } as const;

const after = (...actions: EngineAction[]): EngineView => actions.reduce(reduceEngine, ENGINE_STARTS);
const asked: EngineAction = { type: "load_asked", model: DEMO };
const says = (event: Extract<EngineAction, { type: "load_event" }>["event"]): EngineAction => ({
  type: "load_event",
  model: DEMO,
  event,
});

describe("what is known of the engine", () => {
  it("is loading from the moment a model is asked for", () => {
    expect(after(asked)).toEqual({ kind: "loading", model: DEMO, fraction: 0, progress: null, recovering: null });
  });

  it("keeps the stage of a load when only the state's fraction comes", () => {
    const view = after(asked, says(PROGRESS), { type: "state", state: { type: "loading", model: DEMO, fraction: 0.5 } });
    expect(view).toEqual({ kind: "loading", model: DEMO, fraction: 0.5, progress: PROGRESS, recovering: null });
  });

  it("is ready with the model that was loaded", () => {
    expect(after(asked, says({ type: "loaded", model: LOADED, load_ms: 9000 }))).toEqual({
      kind: "ready",
      model: LOADED,
      queued: 0,
      incoming: null,
    });
  });

  it("keeps the reason of a failed load, though the engine is merely empty after it", () => {
    const view = after(asked, says({ type: "failure", error: NOT_FOUND }), { type: "state", state: { type: "empty" } });
    expect(view).toEqual({ kind: "failed", model: DEMO, error: NOT_FOUND });
  });

  it("is starting again after a death, and remembers which model was there", () => {
    const view = after(says({ type: "loaded", model: LOADED, load_ms: 1 }), { type: "died", error: DIED });
    expect(view).toEqual({ kind: "restarting", model: DEMO, error: DIED });
    expect(modelOf(view)).toBe(DEMO);
  });

  it("has failed when it lost its device or was given up", () => {
    expect(after({ type: "state", state: { type: "lost", model: DEMO, error: DIED } }).kind).toBe("failed");
    expect(after(asked, { type: "gave_up", error: DIED })).toEqual({ kind: "failed", model: DEMO, error: DIED });
  });
});
