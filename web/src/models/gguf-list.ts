import type { ModelRecord } from "../protocol/wire";

/** A chat model for the CPU engine that is known to fit it: one file under 2 GiB, with its own chat template. */
export interface GgufModel {
  id: string;
  name: string;
  url: string;
  /** As its publisher states them. */
  bytes: number;
  sha256: string;
  quantization: string;
  /** Tokens that the model was trained for. The engine gives it fewer: see `CPU_CONTEXT`. */
  trained_context: number;
  /** SPDX, or the name that its publisher gave it. */
  license: string;
}

/** Tokens of context on the CPU: prefilling more takes minutes there, and the cache as much memory as the weights. */
export const CPU_CONTEXT = 4096;

const HUB = "https://huggingface.co";

/** From small to large. Sizes and hashes are those of the publishers' own listings. */
export const GGUF_MODELS: readonly GgufModel[] = [
  {
    id: "SmolLM2-360M-Instruct-Q8_0-GGUF",
    name: "SmolLM2 360M Instruct",
    url: `${HUB}/HuggingFaceTB/SmolLM2-360M-Instruct-GGUF/resolve/main/smollm2-360m-instruct-q8_0.gguf`,
    bytes: 386_404_992,
    sha256: "48ab3034d0dd401fbc721eb1df3217902fee7dab9078992d66431f09b7750201",
    quantization: "Q8_0",
    trained_context: 8192,
    license: "Apache-2.0",
  },
  {
    id: "Qwen2.5-0.5B-Instruct-Q4_K_M-GGUF",
    name: "Qwen2.5 0.5B Instruct",
    url: `${HUB}/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/main/qwen2.5-0.5b-instruct-q4_k_m.gguf`,
    bytes: 491_400_032,
    sha256: "74a4da8c9fdbcd15bd1f6d01d621410d31c6fc00986f5eb687824e7b93d7a9db",
    quantization: "Q4_K_M",
    trained_context: 32_768,
    license: "Apache-2.0",
  },
  {
    id: "Llama-3.2-1B-Instruct-Q4_K_M-GGUF",
    name: "Llama 3.2 1B Instruct",
    url: `${HUB}/bartowski/Llama-3.2-1B-Instruct-GGUF/resolve/main/Llama-3.2-1B-Instruct-Q4_K_M.gguf`,
    bytes: 807_694_464,
    sha256: "6f85a640a97cf2bf5b8e764087b1e83da0fdb51d7c9fab7d0fece9385611df83",
    quantization: "Q4_K_M",
    trained_context: 131_072,
    license: "Llama-3.2-Community",
  },
  {
    id: "SmolLM2-1.7B-Instruct-Q4_K_M-GGUF",
    name: "SmolLM2 1.7B Instruct",
    url: `${HUB}/bartowski/SmolLM2-1.7B-Instruct-GGUF/resolve/main/SmolLM2-1.7B-Instruct-Q4_K_M.gguf`,
    bytes: 1_055_609_824,
    sha256: "77665ea4815999596525c636fbeb56ba8b080b46ae85efef4f0d986a139834d7",
    quantization: "Q4_K_M",
    trained_context: 8192,
    license: "Apache-2.0",
  },
  {
    id: "Qwen2.5-1.5B-Instruct-Q4_K_M-GGUF",
    name: "Qwen2.5 1.5B Instruct",
    url: `${HUB}/Qwen/Qwen2.5-1.5B-Instruct-GGUF/resolve/main/qwen2.5-1.5b-instruct-q4_k_m.gguf`,
    bytes: 1_117_320_736,
    sha256: "6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
    quantization: "Q4_K_M",
    trained_context: 32_768,
    license: "Apache-2.0",
  },
];

/** Megabytes that a model takes on the CPU: its file, which is not mapped but held, and half as much for a cache. */
export const cpuMemoryMb = (bytes: number): number => Math.round((bytes / 2 ** 20) * 1.5);

/** What the catalogue says of one. */
export function ggufRecord(model: GgufModel): Omit<ModelRecord, "quality" | "tasks"> {
  return {
    id: model.id,
    name: model.name,
    devices: ["cpu"],
    download_bytes: model.bytes,
    memory_mb: cpuMemoryMb(model.bytes),
    context_window: Math.min(CPU_CONTEXT, model.trained_context),
    quantization: model.quantization,
    required_features: [],
    low_resource: model.bytes < 600_000_000,
    embedded: false,
    kind: "text",
  };
}
