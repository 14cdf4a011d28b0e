/** The one thing to do next with a model (pure). */
import type { ModelRecord, StoredState, Verdict } from "../../protocol/wire";
import { modelOf, type EngineView } from "../stores/engine";
import { isActive, type Transfer } from "./transfers";

export type NextStep = "none" | "use" | "download" | "pause" | "resume";

export interface StepFacts {
  record: ModelRecord;
  /** Null while nobody has asked, or the engine cannot say. */
  verdict: Verdict | null;
  /** What the record alone says stands in the way. */
  obstacle: string | null;
  here: StoredState;
  transfer: Transfer | null;
  engine: EngineView;
}

export function nextStep({ record, verdict, obstacle, here, transfer, engine }: StepFacts): NextStep {
  if (isActive(transfer)) return transfer?.job.what === "download" && transfer.kind === "running" ? "pause" : "none";
  const waits = transfer?.kind === "paused" || transfer?.kind === "failed";
  if (waits && transfer.job.what === "download") return "resume";
  // A question stands in the row: its answer is the next step.
  if (transfer?.kind === "asks") return "none";
  if (isPresent(record.id, engine)) return "none";
  const fits = verdict?.fits ?? obstacle === null;
  if (!fits) return "none";
  switch (here) {
    case "whole":
      return "use";
    case "partial":
      return "resume";
    case "none":
      return "download";
  }
}

/** It answers, or is on its way to. */
function isPresent(model: string, engine: EngineView): boolean {
  if (engine.kind === "ready") return engine.model.id === model || engine.incoming?.model === model;
  return engine.kind === "loading" && modelOf(engine) === model;
}
