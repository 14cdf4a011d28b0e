import type { StreamEvent } from "../protocol/wire";
import type { LoadReport } from "./engine";
import type { EventSink } from "./host";
import type { Journal } from "./journal";

/** A load of which nothing has been done yet. */
export const NOTHING: LoadReport = {
  stage: "prepare",
  fraction: 0,
  loadedBytes: null,
  totalBytes: null,
  text: "Preparing the engine",
};

/** Tells a client how far a load is, and the journal at which stage. */
export function telling(model: string, sink: EventSink, journal: Journal): (report: LoadReport) => void {
  let stage: string | null = null;
  return (report) => {
    sink.push(progress(report));
    if (report.stage !== stage) journal.record("load_stage", model, { stage: report.stage });
    stage = report.stage;
  };
}

const progress = (report: LoadReport): StreamEvent => ({
  type: "progress",
  stage: report.stage,
  fraction: report.fraction,
  loaded_bytes: report.loadedBytes,
  total_bytes: report.totalBytes,
  text: report.text,
  ...(report.bytesPerS === undefined ? {} : { bytes_per_s: report.bytesPerS }),
  ...(report.remainingS === undefined ? {} : { remaining_s: report.remainingS }),
});
