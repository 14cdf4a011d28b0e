/** Names that people carry over from other hubs and tools, to ids of the catalogue. */

/** What this device computes best: 16-bit shaders, 32-bit ones, or no GPU at all. */
export type Preference = "f16" | "f32" | "cpu";

/** Names that stand for a model without naming its size or version, as tools of the field use them. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  demo: "webllm-demo-1",
  "deepseek-r1": "DeepSeek-R1-Distill-Qwen-7B",
  "deepseek-r1:7b": "DeepSeek-R1-Distill-Qwen-7B",
  "deepseek-r1:8b": "DeepSeek-R1-Distill-Llama-8B",
  gemma: "gemma-2b-it",
  gemma2: "gemma-2-9b-it",
  gemma3: "gemma3-1b-it",
  hermes3: "Hermes-3-Llama-3.1-8B",
  "hermes3:8b": "Hermes-3-Llama-3.1-8B",
  "hermes3:3b": "Hermes-3-Llama-3.2-3B",
  llama2: "Llama-2-7b-chat-hf",
  llama3: "Llama-3-8B-Instruct",
  "llama3.1": "Llama-3.1-8B-Instruct",
  "llama3.2": "Llama-3.2-3B-Instruct",
  mistral: "Mistral-7B-Instruct-v0.3",
  "mistral:7b": "Mistral-7B-Instruct-v0.3",
  "mistral-7b": "Mistral-7B-Instruct-v0.3",
  "mistral-7b-instruct": "Mistral-7B-Instruct-v0.3",
  phi: "phi-2",
  phi3: "Phi-3-mini-4k-instruct",
  "phi3:mini": "Phi-3-mini-4k-instruct",
  "phi3.5": "Phi-3.5-mini-instruct",
  "phi4-mini": "Phi-4-mini-instruct",
  qwen2: "Qwen2-7B-Instruct",
  "qwen2.5": "Qwen2.5-7B-Instruct",
  "qwen2.5-coder": "Qwen2.5-Coder-7B-Instruct",
  qwen3: "Qwen3-8B",
  smollm2: "SmolLM2-1.7B-Instruct",
  "snowflake-arctic-embed": "snowflake-arctic-embed-m",
  "snowflake-arctic-embed-m": "snowflake-arctic-embed-m",
  "snowflake-arctic-embed-s": "snowflake-arctic-embed-s",
  tinyllama: "TinyLlama-1.1B-Chat-v1.0",
};

/** In which order the builds of one model are tried: four bits before none, and what the device computes first. */
const ORDER: Record<Preference, readonly RegExp[]> = {
  f16: [/^q4f16/, /^q4f32/, /^q3f16/, /^q0f16/, /^q0f32/],
  f32: [/^q4f32/, /^q0f32/, /^q4f16/, /^q3f16/, /^q0f16/],
  cpu: [/^(Q\d_|F16|F32|BF16)/, /^q4f32/, /^q0f32/, /^q4f16/, /^q3f16/, /^q0f16/],
};

/** What a name says beside the model itself: the format of its files, how much context its build has. */
const PACKAGING = /^(mlc|gguf|awq|gptq|1k|b4|b32)$/;
/** Words that one hub's name has and another's leaves out. */
const OPTIONAL = /^(meta|instruct|it|chat|hf)$/;
const QUANTIZATION = /[-_:](q\d+b?f(?:16|32)(?:_\d+)?|i?q\d_\w+|fp?(?:16|32)|bf16)(?=$|[-_:.])/gi;

/** A model of the catalogue, as far as a name needs it. */
export interface Named {
  id: string;
  quantization: string;
}

/**
 * The id that a name stands for, in the build that suits the device; null where no model answers to it.
 *
 * An id stands for itself, in any case of letters. A name that carries a quantisation of the catalogue gets that one.
 */
export function resolveName(name: string, known: readonly Named[], preference: Preference): string | null {
  const exact = known.find(({ id }) => id === name);
  if (exact !== undefined) return exact.id;
  const wanted = withoutOwner(name);
  const same = known.find(({ id }) => id.toLowerCase() === wanted);
  if (same !== undefined) return same.id;
  const model = (Object.hasOwn(SHORT_NAMES, wanted) ? SHORT_NAMES[wanted] : undefined) ?? wanted;
  const quantization = [...wanted.matchAll(QUANTIZATION)][0]?.[1];
  const builds = buildsOf(model, known);
  const asked = builds.filter((build) => build.quantization.toLowerCase() === quantization);
  return best(asked.length > 0 ? asked : builds, preference);
}

/** All the builds of one model: those whose ids differ only in quantisation, format or context. */
export function buildsOf<M extends Named>(name: string, known: readonly M[]): M[] {
  for (const loose of [false, true]) {
    const key = keyOf(name, loose);
    if (key === "") return [];
    const found = known.filter(({ id }) => keyOf(id, loose) === key);
    if (found.length > 0) return found;
  }
  return [];
}

function best(builds: readonly Named[], preference: Preference): string | null {
  const rank = ({ id, quantization }: Named): number => {
    const place = ORDER[preference].findIndex((pattern) => pattern.test(quantization));
    // A build with a shortened context, or for more texts at once, is never meant by a bare name.
    return (place === -1 ? ORDER[preference].length : place) * 2 + (/-(1k|b32)$/.test(id) ? 1 : 0);
  };
  return [...builds].sort((a, b) => rank(a) - rank(b))[0]?.id ?? null;
}

const withoutOwner = (name: string): string =>
  (name.trim().toLowerCase().split("/").at(-1) ?? "").replace(/:latest$/, "");

function keyOf(name: string, loose: boolean): string {
  const words = withoutOwner(name)
    .replace(QUANTIZATION, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && !PACKAGING.test(word) && !(loose && OPTIONAL.test(word)));
  return words.join("");
}
