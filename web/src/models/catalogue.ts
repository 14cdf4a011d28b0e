import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import { distance } from "fastest-levenshtein";
import type { ModelRecord } from "../protocol/wire";
import { failure } from "../engine/errors";
import type { DemoModelUrls } from "../engine/demo-urls";

/** What the engines need to know of a model, beside what everybody may know. */
export interface CatalogueEntry {
  record: ModelRecord;
  /** Where WebLLM finds it; absent when it cannot run on WebGPU. */
  webllm?: WebLLMRecord;
  /** Where llama.cpp finds it; absent when it cannot run on the CPU. */
  gguf?: { url: string };
  /** What it answers with. */
  kind: "text" | "embedding" | "vision";
}

/** What the demo model's build says of it. */
export type DemoModelFacts = Pick<ModelRecord, "id" | "context_window" | "quantization"> & {
  /** What WebGPU needs: the weights and a compiled library. The CPU's one file is about as large. */
  download_bytes: number;
  /** Weights and the cache of a whole context. */
  memory_mb: number;
};

export const DEMO_MODEL_ID = "webllm-demo-1-q0f32";

/** The only tool dialect so far; Python owns what it means. */
export const DEFAULT_DIALECT = "default";

const NEAREST = 3;
/** WebLLM's `ModelType`, which would cost its whole bundle to import. */
const WEBLLM_KINDS: readonly CatalogueEntry["kind"][] = ["text", "embedding", "vision"];

/** The models that can be asked for, by id. */
export class Catalogue {
  private readonly entries: Map<string, CatalogueEntry>;

  constructor(entries: CatalogueEntry[]) {
    this.entries = new Map(entries.map((entry) => [entry.record.id, entry]));
  }

  records(): ModelRecord[] {
    return [...this.entries.values()].map(({ record }) => record);
  }

  /** The entry of an id. Throws `model_not_found` with the nearest ids, and `unsupported` for what cannot answer. */
  find(id: string): CatalogueEntry {
    const entry = this.entries.get(id);
    if (entry === undefined) {
      const nearest = this.nearest(id);
      throw failure("model_not_found", `There is no model "${id}".`, `Did you mean ${nearest.join(", ")}?`, {
        wanted: id,
        nearest,
      });
    }
    if (entry.kind === "embedding") {
      throw failure("unsupported", `${id} is an embedding model: it cannot answer.`, "Load a chat model.");
    }
    return entry;
  }

  private nearest(id: string): string[] {
    // People carry over names of other hubs: `owner/Name`.
    const wanted = id.split("/").at(-1)?.toLowerCase() ?? "";
    const far = (known: string): number =>
      known.toLowerCase().startsWith(wanted) ? 0 : distance(wanted, known.toLowerCase());
    return [...this.entries.keys()].sort((a, b) => far(a) - far(b)).slice(0, NEAREST);
  }
}

/** The whole catalogue: the demo model where there is one, then all that WebLLM knows. */
export function buildCatalogue(
  urls: DemoModelUrls | null,
  demo: DemoModelFacts,
  prebuilt: WebLLMRecord[],
): Catalogue {
  const own = urls === null ? [] : [demoEntry(urls, demo)];
  return new Catalogue([...own, ...prebuilt.map(prebuiltEntry)]);
}

function demoEntry(urls: DemoModelUrls, demo: DemoModelFacts): CatalogueEntry {
  return {
    kind: "text",
    webllm: { model: urls.webllm, model_id: demo.id, model_lib: urls.library },
    gguf: { url: urls.gguf },
    record: {
      ...demo,
      name: "Demo guide",
      devices: ["webgpu", "cpu"],
      required_features: [],
      low_resource: true,
      embedded: true,
    },
  };
}

function prebuiltEntry(model: WebLLMRecord): CatalogueEntry {
  const quantization = quantizationOf(model.model_id);
  return {
    kind: WEBLLM_KINDS[model.model_type ?? 0] ?? "text",
    webllm: model,
    record: {
      id: model.model_id,
      name: model.model_id
        .replace(/-MLC\b/, "")
        .replace(`-${quantization}`, "")
        .replaceAll("-", " "),
      devices: ["webgpu"],
      download_bytes: null,
      memory_mb: model.vram_required_MB ?? null,
      context_window: model.overrides?.context_window_size ?? null,
      quantization,
      required_features: featuresOf(model, quantization),
      low_resource: model.low_resource_required ?? false,
      embedded: false,
    },
  };
}

/** WebLLM's ids carry it: `q4f16_1` is four bits of weight, computed in 16-bit floats. */
function quantizationOf(id: string): string {
  return /\bq\d+(?:bf16|f16|f32)(?:_\d+)?\b/.exec(id)?.[0] ?? "unknown";
}

/** Most f16 builds do not declare that they need 16-bit shaders. */
function featuresOf(model: WebLLMRecord, quantization: string): string[] {
  const features = new Set(model.required_features ?? []);
  if (/f16/.test(quantization)) features.add("shader-f16");
  return [...features];
}
