import "fake-indexeddb/auto";
import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineFailure } from "../engine/errors";
import { RoomDatabase } from "../engine/room-db";
import { siteUrls } from "../engine/site";
import type { Task } from "../protocol/wire";
import { Admission, type StoredBytes } from "./admission";
import { buildCatalogue, DEMO_MODEL_ID } from "./catalogue";
import type { DeviceFacts } from "./device";
import { FailureHistory, FORGOTTEN_AFTER_MS } from "./failures";
import { recommend } from "./recommend";
import { TASK_TABLE } from "./table";
import { deviceWith, gpuWith } from "./testing/devices";

const F16 = "Llama-3.2-1B-Instruct-q4f16_1-MLC";
const F32 = "Llama-3.2-1B-Instruct-q4f32_1-MLC";
const LOST = "device_lost";

function admissionOn(facts: DeviceFacts, stored: Record<string, StoredBytes> = {}, now = Date.now) {
  const catalogue = buildCatalogue(siteUrls("https://example.test/engine.html").demo, demo, prebuilt);
  const history = new FailureHistory(new RoomDatabase(`room-${crypto.randomUUID()}`), now);
  const admission = new Admission({
    catalogue,
    history,
    device: () => Promise.resolve(facts),
    stored: () => Promise.resolve(new Map(Object.entries(stored))),
  });
  return { admission, catalogue, history };
}

const NO_GPU = deviceWith({ gpu: { kind: "no_webgpu" } });
const NO_ADAPTER = deviceWith({ gpu: { kind: "no_adapter" } });
const NO_F16 = deviceWith({ gpu: gpuWith({ features: new Set() }) });
const PHONE = deviceWith({ memoryMb: 4096 });

describe("where a model runs", () => {
  it("is WebGPU where there is an adapter, else the CPU where the model has a build for it", async () => {
    const place = async (facts: DeviceFacts) =>
      (await admissionOn(facts).admission.assess("demo", "auto")).device;
    expect(await place(deviceWith())).toBe("webgpu");
    expect(await place(NO_ADAPTER)).toBe("cpu");
    expect(await place(NO_GPU)).toBe("cpu");
  });

  it.each([
    [NO_GPU, "webgpu_unavailable"],
    [NO_ADAPTER, "adapter_unavailable"],
  ] as const)("is never another device than the one that was asked for by name", async (facts, code) => {
    const { admission, catalogue } = admissionOn(facts);
    await expect(admission.admit(catalogue.find(DEMO_MODEL_ID), "webgpu")).rejects.toMatchObject({
      error: { code },
    });
    expect(await admissionOn(deviceWith()).admission.admit(catalogue.find(DEMO_MODEL_ID), "cpu")).toBe("cpu");
  });

  it("is nowhere for a WebGPU model on the CPU, nor on a CPU without 64-bit memory", async () => {
    const { admission } = admissionOn(deviceWith({ memory64: false, gpu: { kind: "no_webgpu" } }));
    expect(await admission.assess(F16, "cpu")).toMatchObject({
      fits: false,
      reason: { code: "unsupported" },
    });
    expect(await admission.assess("demo", "cpu")).toMatchObject({ fits: false, suggestion: null });
  });
});

describe("a verdict", () => {
  it("says what it will cost where a model fits", async () => {
    expect(await admissionOn(deviceWith()).admission.assess(F16, "auto")).toMatchObject({
      model: F16,
      fits: true,
      device: "webgpu",
      reason: null,
      suggestion: null,
      memory_mb: 879.04,
      stored: "none",
      warnings: ["The size of its download is an estimate."],
    });
  });

  it("names the f32 build where a GPU lacks 16-bit shaders", async () => {
    expect(await admissionOn(NO_F16).admission.assess(F16, "auto")).toMatchObject({
      fits: false,
      device: null,
      suggestion: F32,
      reason: {
        code: "feature_missing",
        message: `${F16} needs shader-f16, which this GPU lacks.`,
        hint: `Take ${F32}.`,
        details: { missing: ["shader-f16"] },
      },
    });
  });

  it("names the build with a shorter context, or a smaller model, where memory is short", async () => {
    const { admission } = admissionOn(PHONE);
    expect(await admission.assess("stablelm-2-zephyr-1_6b-q4f32_1-MLC", "auto")).toMatchObject({
      reason: { code: "out_of_memory" },
      suggestion: "stablelm-2-zephyr-1_6b-q4f16_1-MLC",
    });
    const large = await admission.assess("Llama-3.1-8B-Instruct-q4f16_1-MLC", "auto");
    expect(large).toMatchObject({ fits: false, reason: { code: "out_of_memory" } });
    expect((await admission.assess(large.suggestion ?? "", "auto")).fits).toBe(true);
  });

  it("warns, and refuses nothing, where the browser does not tell how much memory there is", async () => {
    const verdict = await admissionOn(deviceWith({ memoryMb: null })).admission.assess("llama3:70b", "auto");
    expect(verdict.fits).toBe(true);
    expect(verdict.warnings[0]).toContain("30.4 GB of memory");
  });

  it("refuses a model whose buffers are larger than the GPU allows", async () => {
    const gpu = gpuWith({ maxStorageBufferBindingSize: 134_217_728 });
    expect(
      await admissionOn(deviceWith({ gpu })).admission.assess("gemma-2b-it-q4f16_1-MLC", "auto"),
    ).toMatchObject({
      fits: false,
      reason: { code: "feature_missing", details: { needed_bytes: 262_144_000, offered_bytes: 134_217_728 } },
    });
  });

  it("refuses a download that the storage cannot hold, and counts what is here already", async () => {
    const storage = { usage: 0, quota: 500 * 2 ** 20 };
    const { admission } = admissionOn(deviceWith({ storage }));
    expect(await admission.assess(F16, "auto")).toMatchObject({
      fits: false,
      reason: { code: "quota_exceeded" },
      suggestion: "Qwen2.5-0.5B-Instruct-q4f16_1-MLC",
    });
    const whole = admissionOn(deviceWith({ storage }), { [F16]: { state: "whole", bytes: 700e6 } });
    expect(await whole.admission.assess(F16, "auto")).toMatchObject({ fits: true, download_bytes: 0 });
    const partial = admissionOn(deviceWith({ storage }), { [F16]: { state: "partial", bytes: 600e6 } });
    expect(await partial.admission.assess(F16, "auto")).toMatchObject({
      fits: true,
      download_bytes: 97_500_000,
    });
  });

  it("never suggests what does not fit itself", async () => {
    const devices = fc.record({
      gpu: fc.constantFrom<DeviceFacts["gpu"]>(
        { kind: "no_webgpu" },
        gpuWith({ features: new Set() }),
        gpuWith({ maxStorageBufferBindingSize: 134_217_728, maxBufferSize: 268_435_456 }),
        gpuWith({}),
      ),
      memoryMb: fc.constantFrom(null, 512, 2048, 4096, 8192),
      memory64: fc.boolean(),
      storage: fc.constantFrom(null, { usage: 0, quota: 1e8 }, { usage: 1e9, quota: 2e9 }),
    });
    const models = fc.constantFrom(
      ...buildCatalogue(null, demo, prebuilt)
        .records()
        .map(({ id }) => id),
    );
    await fc.assert(
      fc.asyncProperty(devices, models, async (facts, model) => {
        const { admission } = admissionOn(facts);
        const { fits, reason, suggestion } = await admission.assess(model, "auto");
        expect(fits).toBe(reason === null);
        if (suggestion === null) return;
        expect(suggestion).not.toBe(model);
        expect((await admission.assess(suggestion, "auto")).fits).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe("what failed last time", () => {
  const key = "webgpu:test gpu";

  it("is a warning after one failure, and a reason after two in a row, with another model", async () => {
    const { admission, history } = admissionOn(deviceWith());
    await history.failed(F16, key, LOST);
    expect((await admission.assess(F16, "auto")).warnings).toContain(
      "It failed here last time: the GPU was lost.",
    );
    await history.failed(F16, key, LOST);
    const verdict = await admission.assess(F16, "auto");
    expect(verdict).toMatchObject({ fits: false, reason: { code: "device_lost", details: { times: 2 } } });
    expect(verdict.suggestion).toBe(F32);
  });

  it("does not keep anybody from trying again", async () => {
    const { admission, history, catalogue } = admissionOn(deviceWith());
    await history.failed(F16, key, LOST);
    await history.failed(F16, key, LOST);
    expect(await admission.admit(catalogue.find(F16), "auto")).toBe("webgpu");
  });

  it("is forgotten after a success, after a week, and on another device", async () => {
    let now = 1_000;
    const { history } = admissionOn(deviceWith(), {}, () => now);
    await history.failed(F16, key, LOST);
    expect(await history.last(F16, "cpu")).toBeNull();
    now += FORGOTTEN_AFTER_MS;
    expect(await history.last(F16, key)).toBeNull();
    await history.failed(F16, key, LOST);
    expect(await history.last(F16, key)).toMatchObject({ code: "device_lost", times: 1 });
    await history.succeeded(F16, key);
    expect(await history.last(F16, key)).toBeNull();
  });

  it("holds no lost network and no cancelled load against a model", async () => {
    const { history } = admissionOn(deviceWith());
    await history.failed(F16, key, "download_failed");
    await history.failed(F16, key, "aborted");
    expect(await history.last(F16, key)).toBeNull();
  });
});

describe("a recommendation", () => {
  const best = async (facts: DeviceFacts, task: Task, budget: number | null = null) => {
    const { admission, catalogue } = admissionOn(facts);
    return (await recommend(admission, catalogue, task, budget)).choices.map(({ model }) => model);
  };

  it("starts with the model that the table means for the task, where it fits", async () => {
    for (const task of Object.keys(TASK_TABLE) as Task[]) {
      expect((await best(deviceWith(), task))[0]).toBe(TASK_TABLE[task][0]?.f16);
      expect((await best(NO_F16, task))[0]).toBe(TASK_TABLE[task][0]?.f32);
    }
  });

  it("stays within a budget", async () => {
    expect((await best(deviceWith(), "general", 1000))[0]).toBe(F16);
    expect(await best(deviceWith(), "quality", 100)).toEqual([DEMO_MODEL_ID]);
  });

  it("names files for the CPU where there is no GPU, and ends with the embedded model", async () => {
    expect(await best(NO_GPU, "low_end")).toEqual([
      "Llama-3.2-1B-Instruct-Q4_K_M-GGUF",
      "Qwen2.5-0.5B-Instruct-Q4_K_M-GGUF",
      "SmolLM2-360M-Instruct-Q8_0-GGUF",
      DEMO_MODEL_ID,
    ]);
    expect(await best(NO_GPU, "embedding")).toEqual([]);
  });
});

it("refuses a load with the reason and the better model, as an error of the wire", async () => {
  const { admission, catalogue } = admissionOn(NO_F16);
  const refused = admission.admit(catalogue.find(F16), "webgpu");
  await expect(refused).rejects.toBeInstanceOf(EngineFailure);
  await expect(refused).rejects.toMatchObject({
    error: { code: "feature_missing", hint: `Take ${F32}.`, details: { suggestion: F32 } },
  });
});
