/** The weights on the wire, and in a load. */
import type { EngineJournal } from "../engine/journal";
import type { EventSink } from "../engine/host";
import type { Prepare } from "../engine/seat";
import type { Services } from "../engine/services";
import type { Device, ErrorCode, Load } from "../protocol/wire";
import { exportModel } from "./export";
import { importModel } from "./import";
import type { WeightsEntry } from "./parts";
import type { FetchReport } from "./progress";
import type { Weights } from "./weights";

/** Decides where a model runs. Rejects with an `EngineFailure` when it cannot run here. */
export type Place = (entry: WeightsEntry, device: Load["device"]) => Promise<Device>;

export function weightsServices(weights: Weights, place: Place): Services {
  return {
    queries: {
      stored: () => weights.stored(),
      delete_stored: async ({ model }) => {
        await weights.delete(model);
        return { type: "done" };
      },
    },
    openings: {
      fetch: async ({ model, device, metered_ok }, sink, signal) => {
        const entry = weights.models.find(model);
        const report = telling(sink);
        await weights.ensure(entry, await place(entry, device), {
          signal,
          report,
          meteredOk: metered_ok ?? false,
          verify: true,
        });
        sink.finish({ type: "fetched", model: entry.record.id, bytes: await bytesOf(weights, entry) });
      },
      export: async ({ model }, sink, signal) => {
        sink.finish(await exportModel(weights, model, { signal, report: telling(sink) }));
      },
      import: async ({ url }, sink, signal) => {
        sink.finish(await importModel(weights, url, { signal, report: telling(sink) }));
      },
    },
  };
}

/** What is stored of a model; of one that the site carries, what it weighs there. */
async function bytesOf(weights: Weights, { record }: WeightsEntry): Promise<number> {
  const { models } = await weights.stored();
  return models.find(({ model }) => model === record.id)?.bytes ?? record.download_bytes ?? 0;
}

const telling =
  (sink: EventSink) =>
  (report: FetchReport): void => {
    sink.push({
      type: "progress",
      stage: report.stage,
      fraction: report.fraction,
      loaded_bytes: report.loadedBytes,
      total_bytes: report.totalBytes,
      text: report.text,
      bytes_per_s: report.bytesPerS,
      remaining_s: report.remainingS,
    });
  };

/** The download's place in a whole load. */
const ON_WEBGPU = { from: 0.05, to: 0.45 };
const ON_CPU = { from: 0, to: 0.8 };

/** Sees to a model's files before its engine is made. Nothing comes back where the engine reads them by itself. */
export const prepareWith =
  (weights: Weights): Prepare =>
  async (entry, device, { report, signal, meteredOk }) => {
    const { from, to } = device === "webgpu" ? ON_WEBGPU : ON_CPU;
    const { gguf } = await weights.ensure(entry, device, {
      signal,
      meteredOk,
      report: (fetched) => {
        report({ ...fetched, fraction: from + (to - from) * fetched.fraction });
      },
    });
    return gguf.length === 0 ? {} : { gguf };
  };

/** Failures that a damaged file explains: llama.cpp loads almost anything, and crashes at the first question. */
const SUSPICIOUS: ReadonlySet<unknown> = new Set<ErrorCode>([
  "integrity_failed",
  "engine_failed",
  "internal",
]);

/** Learns from the journal which models were used, and which may lie here damaged. */
export function heed(weights: Weights, journal: EngineJournal, signal: AbortSignal): void {
  journal.onEvent(({ name, model, details }) => {
    if (model === null) return;
    const failed = name === "load_failed" || name === "recovery_started";
    if (failed && SUSPICIOUS.has(details.code)) weights.doubt(model);
    if (name === "loaded") void weights.used(model).catch(noteFailed);
  }, signal);
}

const noteFailed = (raw: unknown): void => {
  console.warn("When a model was used could not be written down:", raw);
};
