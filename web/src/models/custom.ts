import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import type { RoomDatabase } from "../engine/room-db";
import { failure } from "../engine/errors";
import type { CustomModel, ModelKind } from "../protocol/wire";
import type { Catalogue, CatalogueEntry } from "./catalogue";
import { CPU_CONTEXT, cpuMemoryMb } from "./gguf-list";
import { quantizationOf, quantizationOfFile } from "./parameters";
import { featuresOf } from "./prebuilt";

/** WebLLM's `ModelType`, whose values its bundle alone carries. */
const MODEL_TYPES: Record<ModelKind, number> = { text: 0, embedding: 1, vision: 2 };
const URL_SCHEMES = new Set(["https:", "http:", "blob:"]);

/** The user's own models: in the catalogue, and remembered in this browser. */
export class CustomModels {
  private readonly definitions = new Map<string, CustomModel>();

  constructor(
    private readonly room: RoomDatabase,
    private readonly catalogue: Catalogue,
  ) {}

  /** Puts what is remembered into the catalogue. Never rejects: a browser that keeps nothing has none. */
  async restore(): Promise<void> {
    let known: CustomModel[] = [];
    try {
      known = await (await this.room.open()).getAll("custom_models");
    } catch (raw) {
      console.warn("The models that were added before could not be read:", raw);
    }
    for (const model of known) {
      // An id that this version's own catalogue has taken meanwhile keeps its meaning.
      if (this.catalogue.get(model.id) === undefined) this.restoreOne(model);
    }
  }

  private restoreOne(model: CustomModel): void {
    try {
      this.put(model, customEntry(model));
    } catch (raw) {
      console.warn(`${model.id} was added under rules that have changed; add it again:`, raw);
    }
  }

  /** How a model of the user's own was added; undefined for others. */
  definition(id: string): CustomModel | undefined {
    return this.definitions.get(id);
  }

  /** Adds a model, or replaces one of the user's. Throws `invalid_request`. */
  async add(model: CustomModel): Promise<CatalogueEntry> {
    const present = this.catalogue.get(model.id);
    if (present !== undefined && present.record.custom !== true) {
      throw failure(
        "invalid_request",
        `${model.id} is a model of the catalogue already.`,
        "Give your model another id.",
      );
    }
    const entry = customEntry(model);
    this.put(model, entry);
    // A blob: URL dies with the page that made it.
    const lasting = !urlsOf(model).some((url) => url.startsWith("blob:"));
    await this.keep((database) =>
      lasting ? database.put("custom_models", model, model.id) : database.delete("custom_models", model.id),
    );
    return entry;
  }

  /** Remembers one whose files lie in this browser by now, wherever they came from. */
  async remember(id: string): Promise<void> {
    const model = this.definitions.get(id);
    if (model !== undefined) await this.keep((database) => database.put("custom_models", model, id));
  }

  /** Forgets one; its files stay. Throws `model_not_found`, and `invalid_request` for what the user did not add. */
  async remove(id: string): Promise<void> {
    const entry = this.catalogue.get(id);
    if (entry === undefined)
      throw failure("model_not_found", `There is no model "${id}".`, undefined, { wanted: id, nearest: [] });
    if (entry.record.custom !== true)
      throw failure("invalid_request", `${id} belongs to the catalogue: it cannot be removed.`);
    this.catalogue.remove(id);
    this.definitions.delete(id);
    await this.keep((database) => database.delete("custom_models", id));
  }

  private put(model: CustomModel, entry: CatalogueEntry): void {
    this.catalogue.add(entry);
    this.definitions.set(model.id, model);
  }

  /** A model that cannot be remembered still works until the page closes. */
  private async keep(
    act: (database: Awaited<ReturnType<RoomDatabase["open"]>>) => Promise<unknown>,
  ): Promise<void> {
    try {
      await act(await this.room.open());
    } catch (raw) {
      console.warn("The model is known until this page closes, but could not be remembered:", raw);
    }
  }
}

/** The catalogue's entry of a model of the user's own. Throws `invalid_request`. */
export function customEntry(model: CustomModel): CatalogueEntry {
  check(model);
  const { gguf_url: gguf, weights_url: weights, library_url: library, kind = "text" } = model;
  const onGpu = weights !== undefined && library !== undefined;
  const quantization = quantizationFor(model);
  const features = onGpu ? featuresOf(model.required_features ?? [], quantization) : [];
  const bytes = model.download_bytes ?? null;
  return {
    kind,
    ...(onGpu ? { webllm: webllmRecord(model, weights, library, kind, features) } : {}),
    ...(gguf === undefined ? {} : { gguf: { url: gguf } }),
    ...(model.sha256 === undefined ? {} : { sha256: model.sha256 }),
    record: {
      id: model.id,
      name: model.name ?? model.id,
      devices: [...(onGpu ? ["webgpu" as const] : []), ...(gguf === undefined ? [] : ["cpu" as const])],
      download_bytes: bytes,
      memory_mb: model.memory_mb ?? (onGpu || bytes === null ? null : cpuMemoryMb(bytes)),
      context_window: model.overrides?.context_window_size ?? (onGpu ? null : CPU_CONTEXT),
      quantization,
      required_features: features,
      low_resource: false,
      embedded: false,
      kind,
      quality: null,
      tasks: [],
      custom: true,
    },
  };
}

function webllmRecord(
  model: CustomModel,
  weights: string,
  library: string,
  kind: ModelKind,
  features: string[],
): WebLLMRecord {
  const record: WebLLMRecord = {
    model: weights,
    model_id: model.id,
    model_lib: library,
    required_features: features,
    ...(model.memory_mb === undefined ? {} : { vram_required_MB: model.memory_mb }),
    ...(model.overrides === undefined ? {} : { overrides: model.overrides }),
  };
  return Object.assign(record, { model_type: MODEL_TYPES[kind] });
}

function quantizationFor({ id, weights_url: weights = "", gguf_url: gguf }: CustomModel): string {
  const named = [id, weights].map(quantizationOf).find((found) => found !== "unknown");
  return named ?? (gguf === undefined ? "unknown" : quantizationOfFile(gguf.split("/").at(-1) ?? ""));
}

const urlsOf = ({ weights_url, library_url, gguf_url }: CustomModel): string[] =>
  [weights_url, library_url, gguf_url].filter((url) => url !== undefined);

function check(model: CustomModel): void {
  if ((model.weights_url === undefined) !== (model.library_url === undefined)) {
    throw failure(
      "invalid_request",
      `${model.id} needs both its weights and its library for WebGPU.`,
      "Give weights_url and library_url together.",
    );
  }
  const urls = urlsOf(model);
  if (urls.length === 0) {
    throw failure(
      "invalid_request",
      `${model.id} has no files.`,
      "Give gguf_url for the CPU, or weights_url and library_url for WebGPU.",
    );
  }
  for (const url of urls) {
    if (URL.canParse(url) && new URL(url).password + new URL(url).username !== "") {
      // It would be stored, told in errors, and refused by the browser; so it is not even repeated here.
      throw failure(
        "invalid_request",
        `${model.id}: the address of a file must not hold a user name or password.`,
        "Download the file and add it from this device.",
      );
    }
    if (URL.canParse(url) && URL_SCHEMES.has(new URL(url).protocol)) continue;
    throw failure(
      "invalid_request",
      `${model.id}: a file of a model needs an absolute http(s) or blob URL.`,
      undefined,
      { url: url.slice(0, 200) },
    );
  }
}
