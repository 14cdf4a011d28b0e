import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import type { ModelKind } from "../protocol/wire";
import type { CatalogueEntry } from "./catalogue";
import { estimatedBytes, qualityOf, quantizationOf } from "./parameters";
import { tasksOf } from "./table";

/** WebLLM's `ModelType`, which would cost its whole bundle to import. */
const WEBLLM_KINDS: readonly ModelKind[] = ["text", "embedding", "vision"];

/** A model that WebLLM knows, as the catalogue tells of it. WebLLM states no size: the download is an estimate. */
export function prebuiltEntry(model: WebLLMRecord): CatalogueEntry {
  const quantization = quantizationOf(model.model_id);
  const kind = WEBLLM_KINDS[model.model_type ?? 0] ?? "text";
  return {
    kind,
    webllm: model,
    estimated: true,
    record: {
      id: model.model_id,
      name: nameOf(model.model_id, quantization),
      devices: ["webgpu"],
      download_bytes: estimatedBytes(model.model_id, quantization),
      memory_mb: model.vram_required_MB ?? null,
      context_window: model.overrides?.context_window_size ?? null,
      quantization,
      required_features: featuresOf(model.required_features ?? [], quantization),
      low_resource: model.low_resource_required ?? false,
      embedded: false,
      kind,
      quality: kind === "embedding" ? null : qualityOf(model.model_id, quantization),
      tasks: tasksOf(model.model_id),
    },
  };
}

const nameOf = (id: string, quantization: string): string =>
  id
    .replace(/-MLC\b/, "")
    .replace(`-${quantization}`, "")
    .replaceAll("-", " ");

/** Most f16 builds do not declare that they need 16-bit shaders. */
export function featuresOf(declared: readonly string[], quantization: string): string[] {
  const features = new Set(declared);
  if (/f16/.test(quantization)) features.add("shader-f16");
  return [...features];
}
