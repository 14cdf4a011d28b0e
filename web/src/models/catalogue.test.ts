import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { describe, expect, it } from "vitest";
import { buildCatalogue, DEMO_MODEL_ID } from "./catalogue";
import { GGUF_MODELS } from "./gguf-list";
import { EngineFailure } from "../engine/errors";
import { siteUrls } from "../engine/site";

const catalogue = buildCatalogue(siteUrls("https://example.test/deep/path/engine.html").demo, demo, prebuilt);

/** The wire error that a call fails with. */
async function refusal(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
  throw new Error("It was not refused.");
}

describe("the catalogue", () => {
  it("holds the demo model first, every model that WebLLM knows, and a short list for the CPU", () => {
    const records = catalogue.records();
    expect(records[0]).toMatchObject({ id: DEMO_MODEL_ID, embedded: true, devices: ["webgpu", "cpu"] });
    expect(records.map(({ id }) => id)).toEqual([
      DEMO_MODEL_ID,
      ...prebuilt.map(({ model_id }) => model_id),
      ...GGUF_MODELS.map(({ id }) => id),
    ]);
  });

  it("says of the demo model what its build said", () => {
    expect(demo.id).toBe(DEMO_MODEL_ID);
    expect(catalogue.find(DEMO_MODEL_ID).record).toMatchObject({ ...demo, name: "Demo guide" });
  });

  it("finds the demo model under any path of the site", () => {
    expect(catalogue.find(DEMO_MODEL_ID)).toMatchObject({
      webllm: { model: "https://example.test/deep/path/models/demo/webllm/" },
      gguf: { url: "https://example.test/deep/path/models/demo/demo.gguf" },
    });
  });

  it("reads quantisation and the need for 16-bit shaders from the id, where WebLLM does not declare it", () => {
    const undeclared = prebuilt.filter(
      ({ model_id, required_features }) => /f16/.test(model_id) && !required_features?.length,
    );
    expect(undeclared.length).toBeGreaterThan(0);
    for (const { model_id } of undeclared) {
      expect(catalogue.find(model_id).record.required_features).toContain("shader-f16");
    }
    expect(catalogue.records().filter(({ quantization }) => quantization === "unknown")).toEqual([]);
  });

  it.each([
    ["Qwen2.5-0.6B-Instruct-q4f32_1", "Qwen2.5-0.5B-Instruct-q4f32_1-MLC"],
    ["llama-3.2-1b-instrukt", "Llama-3.2-1B-Instruct-q4f32_1-MLC"],
    ["HuggingFaceTB/SmolLM2-365M-Instruct", "SmolLM2-360M-Instruct-q0f16-MLC"],
  ])("names the nearest ids for %s", async (wanted, expected) => {
    const error = await refusal(() => catalogue.find(wanted));
    expect(error).toMatchObject({ code: "model_not_found", details: { wanted } });
    expect((error as { details: { nearest: string[] } }).details.nearest).toContain(expected);
  });

  it("estimates a download that is smaller than the memory that the model needs", () => {
    for (const { id, download_bytes: bytes, memory_mb: memory } of catalogue.records()) {
      expect(bytes, id).not.toBeNull();
      expect((bytes ?? 0) / 2 ** 20, id).toBeLessThan((memory ?? 0) * 1.02);
    }
  });

  it("says of every model what it answers with, and compares all that answer with text", () => {
    for (const { id, kind, quality } of catalogue.records()) {
      expect(kind, id).toBeDefined();
      expect(quality === null, id).toBe(kind === "embedding");
    }
  });
});
