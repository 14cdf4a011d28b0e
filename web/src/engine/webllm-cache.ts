import type { MLCEngine } from "@mlc-ai/web-llm";

/** Reads a member that WebLLM does not publish; undefined where this version has none. */
function read(of: unknown, member: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, member) : undefined;
}

function pipelineOf(engine: MLCEngine, model: string): unknown {
  const pipelines = read(engine, "loadedModelIdToPipeline");
  return pipelines instanceof Map ? (pipelines.get(model) as unknown) : undefined;
}

/** How many tokens the KV cache holds now; null where that cannot be seen. */
export function cachedTokens(engine: MLCEngine, model: string): number | null {
  const filled = read(pipelineOf(engine, model), "filledKVCacheLength");
  return typeof filled === "number" ? filled : null;
}

/**
 * How long the whole prompt of the running answer is, the part that the cache held included; null where that cannot
 * be seen. WebLLM itself counts only what it had to compute.
 */
export function promptTokens(engine: MLCEngine, model: string): number | null {
  const pipeline = pipelineOf(engine, model);
  const decoded = read(pipeline, "getCurRoundDecodingTotalTokens");
  const filled = cachedTokens(engine, model);
  if (filled === null || typeof decoded !== "function") return null;
  const count: unknown = Reflect.apply(decoded, pipeline, []);
  return typeof count === "number" ? filled - count : null;
}

/** An overflow with the length of the whole prompt: WebLLM leaves out what the cache holds already. */
export function wholeOverflow(raw: unknown, cached: number | null): unknown {
  if (!(raw instanceof Error) || raw.name !== "ContextWindowSizeExceededError" || cached === null) return raw;
  const [computed, window] = (raw.message.match(/\d+/g) ?? []).map(Number);
  if (computed === undefined || window === undefined) return raw;
  const message = `Prompt tokens exceed context window size: number of prompt tokens: ${String(computed + cached)}; context window size: ${String(window)}`;
  return Object.assign(new Error(message, { cause: raw }), { name: raw.name });
}
