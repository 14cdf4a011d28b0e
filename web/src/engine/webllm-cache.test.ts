import type { MLCEngine } from "@mlc-ai/web-llm";
import { describe, expect, it } from "vitest";
import { cachedTokens, promptTokens, wholeOverflow } from "./webllm-cache";
import { toWireError } from "./errors";

const engineWith = (pipeline: object): MLCEngine =>
  ({ loadedModelIdToPipeline: new Map([["m", pipeline]]) }) as unknown as MLCEngine;

describe("what WebLLM's cache holds", () => {
  it("is counted without what has been decoded since", () => {
    const engine = engineWith({ filledKVCacheLength: 40, getCurRoundDecodingTotalTokens: () => 3 });
    expect(cachedTokens(engine, "m")).toBe(40);
    expect(promptTokens(engine, "m")).toBe(37);
  });

  it("is not known where a version keeps it elsewhere", () => {
    for (const engine of [
      {},
      { loadedModelIdToPipeline: {} },
      engineWith({}),
      engineWith({ filledKVCacheLength: "x" }),
    ]) {
      expect(cachedTokens(engine as MLCEngine, "m")).toBeNull();
      expect(promptTokens(engine as MLCEngine, "m")).toBeNull();
    }
  });

  it("is part of a prompt that is too long", () => {
    const raw = Object.assign(
      new Error(
        "Prompt tokens exceed context window size: number of prompt tokens: 100; context window size: 2048",
      ),
      { name: "ContextWindowSizeExceededError" },
    );
    expect(toWireError(wholeOverflow(raw, 2000)).details).toMatchObject({
      prompt_tokens: 2100,
      context_window: 2048,
    });
    expect(wholeOverflow(raw, null)).toBe(raw);
    expect(wholeOverflow("other", 7)).toBe("other");
  });
});
