import type { Load } from "../protocol/wire";
import type { CatalogueEntry } from "./catalogue";
import { type EngineFailure, failure } from "../engine/errors";

/** Where a model will run. */
export type Placement = "webgpu" | "cpu";

/** The part of `navigator.gpu` that a decision needs. */
export interface Gpu {
  requestAdapter(options?: GPURequestAdapterOptions): Promise<{ features: ReadonlySet<string> } | null>;
}

/**
 * Decides where a model runs, before anything is touched: WebGPU where it works, else the CPU.
 *
 * A device that was asked for by name is never replaced by another: the refusal says why and what to do.
 * Throws `webgpu_unavailable`, `adapter_unavailable`, `feature_missing`, `unsupported`.
 */
export async function choosePlacement(
  entry: CatalogueEntry,
  device: Load["device"],
  gpu: Gpu | undefined,
): Promise<Placement> {
  if (device === "cpu") return onCpu(entry);
  const refusal = await refusalOfWebGpu(entry, gpu);
  if (refusal === null) return "webgpu";
  if (device === "auto" && entry.gguf !== undefined) return "cpu";
  throw refusal;
}

function onCpu(entry: CatalogueEntry): Placement {
  if (entry.gguf !== undefined) return "cpu";
  throw failure(
    "unsupported",
    `${entry.record.id} has no build for the CPU.`,
    "Load it on WebGPU, or load the demo model.",
  );
}

/** Why a model cannot run on WebGPU here; null when it can. */
async function refusalOfWebGpu(entry: CatalogueEntry, gpu: Gpu | undefined): Promise<EngineFailure | null> {
  const { id } = entry.record;
  if (entry.webllm === undefined)
    return failure("unsupported", `${id} has no build for WebGPU.`, "Load it on the CPU.");
  if (gpu === undefined) {
    return failure(
      "webgpu_unavailable",
      "This browser has no WebGPU.",
      hintWithoutGpu(entry, "use a browser with WebGPU, over https or on localhost"),
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    return failure(
      "adapter_unavailable",
      "The browser has WebGPU, but found no GPU adapter.",
      hintWithoutGpu(entry, "allow hardware acceleration in the browser's settings"),
    );
  }
  const missing = entry.record.required_features.filter((feature) => !adapter.features.has(feature));
  if (missing.length === 0) return null;
  return failure(
    "feature_missing",
    `${id} needs ${missing.join(" and ")}, which this GPU does not offer.`,
    missing.includes("shader-f16")
      ? `Take the f32 build: ${id.replace(/f16/, "f32")}.`
      : "Take another model.",
    { missing },
  );
}

function hintWithoutGpu(entry: CatalogueEntry, otherwise: string): string {
  return entry.gguf === undefined
    ? `Load a model that runs on the CPU, or ${otherwise}.`
    : `Load the model on the CPU, or ${otherwise}.`;
}
