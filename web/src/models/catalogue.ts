import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import { distance } from "fastest-levenshtein";
import type { DemoModelUrls } from "../engine/demo-urls";
import { failure } from "../engine/errors";
import type { ModelKind, ModelRecord } from "../protocol/wire";
import { type Preference, resolveName } from "./aliases";
import { GGUF_MODELS, ggufRecord } from "./gguf-list";
import { qualityOf } from "./parameters";
import { prebuiltEntry } from "./prebuilt";
import { tasksOf } from "./table";

/** What the engines need to know of a model, beside what everybody may know. */
export interface CatalogueEntry {
  record: ModelRecord;
  /** Where WebLLM finds it; absent when it cannot run on WebGPU. */
  webllm?: WebLLMRecord;
  /** Where llama.cpp finds it; absent when it cannot run on the CPU. */
  gguf?: { url: string };
  /** What it answers with. */
  kind: ModelKind;
  /** Hashes that its files must have: lower-case hexadecimal SHA-256 by file name. */
  sha256?: Readonly<Record<string, string>>;
  /** True where `record.download_bytes` is an estimate. */
  estimated?: boolean;
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

/** The models that can be asked for, by id and by the names that people carry over. */
export class Catalogue {
  /** Which build a name without one stands for; whoever knows the device sets it. */
  preference: Preference = "f16";
  private readonly entries: Map<string, CatalogueEntry>;

  constructor(entries: CatalogueEntry[]) {
    this.entries = new Map(entries.map((entry) => [entry.record.id, entry]));
  }

  records(): ModelRecord[] {
    return [...this.entries.values()].map(({ record }) => record);
  }

  /** Every entry, the embedded one first. */
  all(): CatalogueEntry[] {
    return [...this.entries.values()];
  }

  /** The entry of exactly this id. */
  get(id: string): CatalogueEntry | undefined {
    return this.entries.get(id);
  }

  /** Adds a model of the user's own, or replaces it. */
  add(entry: CatalogueEntry): void {
    this.entries.set(entry.record.id, entry);
  }

  remove(id: string): void {
    this.entries.delete(id);
  }

  /** The entry of an id, or of a name that stands for one. Throws `model_not_found` with the nearest ids. */
  find(name: string): CatalogueEntry {
    const id = resolveName(name, this.records(), this.preference);
    const entry = id === null ? undefined : this.entries.get(id);
    if (entry !== undefined) return entry;
    const nearest = this.nearest(name);
    throw failure("model_not_found", `There is no model "${name}".`, `Did you mean ${nearest.join(", ")}?`, {
      wanted: name,
      nearest,
    });
  }

  private nearest(name: string): string[] {
    const wanted = name.split("/").at(-1)?.toLowerCase() ?? "";
    const far = (known: string): number =>
      wanted !== "" && known.toLowerCase().startsWith(wanted) ? 0 : distance(wanted, known.toLowerCase());
    return [...this.entries.keys()]
      .map((id) => [far(id), id] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, NEAREST)
      .map(([, id]) => id);
  }
}

/** The whole catalogue: the demo model where there is one, all that WebLLM knows, and the list for the CPU. */
export function buildCatalogue(
  urls: DemoModelUrls | null,
  demo: DemoModelFacts,
  prebuilt: WebLLMRecord[],
): Catalogue {
  const own = urls === null ? [] : [demoEntry(urls, demo)];
  return new Catalogue([...own, ...prebuilt.map(prebuiltEntry), ...GGUF_MODELS.map(ggufEntry)]);
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
      kind: "text",
      quality: 1,
      tasks: [],
    },
  };
}

function ggufEntry(model: (typeof GGUF_MODELS)[number]): CatalogueEntry {
  return {
    kind: "text",
    gguf: { url: model.url },
    sha256: { [model.url.split("/").at(-1) ?? model.id]: model.sha256 },
    record: {
      ...ggufRecord(model),
      quality: qualityOf(model.id, model.quantization),
      tasks: tasksOf(model.id),
    },
  };
}
