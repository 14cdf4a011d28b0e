import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineFailure } from "../engine/errors";
import { siteUrls } from "../engine/site";
import type { Preference } from "./aliases";
import { buildCatalogue, DEMO_MODEL_ID } from "./catalogue";

const catalogue = buildCatalogue(siteUrls("https://example.test/engine.html").demo, demo, prebuilt);

function resolved(name: string, preference: Preference): string {
  catalogue.preference = preference;
  return catalogue.find(name).record.id;
}

describe("a name that people carry over", () => {
  it.each([
    ["mistralai/Mistral-7B-Instruct-v0.2", "Mistral-7B-Instruct-v0.2-q4f16_1-MLC"],
    ["TheBloke/Mistral-7B-Instruct-v0.2-GGUF", "Mistral-7B-Instruct-v0.2-q4f16_1-MLC"],
    ["microsoft/phi-2", "phi-2-q4f16_1-MLC"],
    ["mistral", "Mistral-7B-Instruct-v0.3-q4f16_1-MLC"],
    ["mistral:latest", "Mistral-7B-Instruct-v0.3-q4f16_1-MLC"],
    ["meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct-q4f16_1-MLC"],
    ["meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct-q4f16_1-MLC"],
    ["llama3.1", "Llama-3.1-8B-Instruct-q4f16_1-MLC"],
    ["llama3.1:8b", "Llama-3.1-8B-Instruct-q4f16_1-MLC"],
    ["llama3.1:8b-instruct-q4_K_M", "Llama-3.1-8B-Instruct-q4f16_1-MLC"],
    ["llama3.2:1b", "Llama-3.2-1B-Instruct-q4f16_1-MLC"],
    ["Qwen/Qwen2.5-7B-Instruct", "Qwen2.5-7B-Instruct-q4f16_1-MLC"],
    ["Qwen/Qwen2.5-7B", "Qwen2.5-7B-Instruct-q4f16_1-MLC"],
    ["qwen2.5:0.5b", "Qwen2.5-0.5B-Instruct-q4f16_1-MLC"],
    ["qwen2.5-coder:1.5b", "Qwen2.5-Coder-1.5B-Instruct-q4f16_1-MLC"],
    ["HuggingFaceTB/SmolLM2-360M-Instruct", "SmolLM2-360M-Instruct-q4f16_1-MLC"],
    ["deepseek-r1:8b", "DeepSeek-R1-Distill-Llama-8B-q4f16_1-MLC"],
    ["google/gemma-2-2b-it", "gemma-2-2b-it-q4f16_1-MLC"],
    ["gemma2:2b", "gemma-2-2b-it-q4f16_1-MLC"],
    ["snowflake-arctic-embed", "snowflake-arctic-embed-m-q0f32-MLC-b4"],
    ["demo", DEMO_MODEL_ID],
    ["mlc-ai/Llama-3.2-1B-Instruct-q4f32_1-MLC", "Llama-3.2-1B-Instruct-q4f32_1-MLC"],
    ["Qwen2.5-0.5B-Instruct-q4f32_1", "Qwen2.5-0.5B-Instruct-q4f32_1-MLC"],
    ["llama-3.2-1b-instruct-q4f32_1-mlc", "Llama-3.2-1B-Instruct-q4f32_1-MLC"],
  ])("%s is %s where the GPU has 16-bit shaders", (name, id) => {
    expect(resolved(name, "f16")).toBe(id);
  });

  it("takes the 32-bit build where the GPU has no 16-bit shaders, and the CPU's where there is no GPU", () => {
    expect(resolved("llama3.2:1b", "f32")).toBe("Llama-3.2-1B-Instruct-q4f32_1-MLC");
    expect(resolved("llama3.2:1b", "cpu")).toBe("Llama-3.2-1B-Instruct-Q4_K_M-GGUF");
    expect(resolved("mistral", "f32")).toBe("Mistral-7B-Instruct-v0.3-q4f32_1-MLC");
  });

  it("stays an id where it is one, whatever the device", () => {
    for (const { id } of catalogue.records()) expect(resolved(id, "cpu")).toBe(id);
  });

  it("is resolved, or refused with the nearest ids: nothing else happens to any string", () => {
    const words = fc.constantFrom(
      "llama",
      "3.2",
      "1b",
      "qwen",
      "/",
      "-",
      ":",
      "q4f16_1",
      "instruct",
      "v0.2",
      "",
    );
    const names = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(names, fc.constantFrom<Preference>("f16", "f32", "cpu"), (name, preference) => {
        try {
          expect(catalogue.get(resolved(name, preference))).toBeDefined();
        } catch (raw) {
          if (!(raw instanceof EngineFailure)) throw raw;
          const { code, details } = raw.error;
          const nearest = (details as { nearest: string[] }).nearest;
          expect(code).toBe("model_not_found");
          expect(nearest).toHaveLength(3);
          for (const id of nearest) expect(catalogue.get(id)).toBeDefined();
        }
      }),
      { numRuns: 150 },
    );
  });
});
