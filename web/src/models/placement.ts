/** Why a model cannot run on an engine of this device at all. */
import { type EngineFailure, failure } from "../engine/errors";
import type { CatalogueEntry } from "./catalogue";
import type { DeviceFacts } from "./device";
import { formatMb } from "./format";

/** WebLLM's runtime asks for at least this, in bytes: the largest binding that every WebGPU device has. */
const LEAST_BINDING = 128 * 2 ** 20;

/** Why not on the CPU; null when it can. Codes: `unsupported`. */
export function refusalOfCpu(entry: CatalogueEntry, facts: DeviceFacts): EngineFailure | null {
  if (entry.gguf === undefined) {
    return failure(
      "unsupported",
      `${entry.record.id} has no build for the CPU.`,
      "Load it on WebGPU, or load the demo model.",
    );
  }
  if (facts.memory64) return null;
  return failure(
    "unsupported",
    "The CPU engine needs 64-bit WebAssembly memory, which this browser does not have.",
    "Use a current Chrome, Edge or Firefox.",
  );
}

/** Why not on WebGPU; null when it can. Codes: `unsupported`, `webgpu_unavailable`, `adapter_unavailable`, `feature_missing`. */
export function refusalOfGpu(entry: CatalogueEntry, { gpu }: DeviceFacts): EngineFailure | null {
  const { id, required_features: features } = entry.record;
  if (entry.webllm === undefined)
    return failure("unsupported", `${id} has no build for WebGPU.`, "Load it on the CPU.");
  if (gpu.kind === "no_webgpu") {
    return failure(
      "webgpu_unavailable",
      "This browser has no WebGPU.",
      hintWithoutGpu(entry, "use a browser with WebGPU, over https or on localhost"),
    );
  }
  if (gpu.kind === "no_adapter") {
    return failure(
      "adapter_unavailable",
      "The browser has WebGPU, but found no GPU adapter.",
      hintWithoutGpu(entry, "allow hardware acceleration in the browser's settings"),
    );
  }
  const missing = features.filter((feature) => !gpu.features.has(feature));
  if (missing.length > 0) {
    return failure(
      "feature_missing",
      `${id} needs ${missing.join(" and ")}, which this GPU lacks.`,
      missing.includes("shader-f16") ? "Take an f32 build." : "Take another model.",
      { missing },
    );
  }
  const needed = Math.max(LEAST_BINDING, entry.webllm.buffer_size_required_bytes ?? 0);
  const offered = Math.min(gpu.maxBufferSize, gpu.maxStorageBufferBindingSize);
  if (needed <= offered) return null;
  return failure(
    "feature_missing",
    `${id} needs GPU buffers of ${formatMb(needed / 2 ** 20)}; this GPU allows ${formatMb(offered / 2 ** 20)}.`,
    "Take a smaller model, or one for the CPU.",
    { missing: ["maxStorageBufferBindingSize"], needed_bytes: needed, offered_bytes: offered },
  );
}

function hintWithoutGpu(entry: CatalogueEntry, otherwise: string): string {
  return entry.gguf === undefined
    ? `Load a model that runs on the CPU, or ${otherwise}.`
    : `Load the model on the CPU, or ${otherwise}.`;
}
