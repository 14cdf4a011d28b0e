import { describe, expect, it } from "vitest";
import { choices, groupChoices } from "./catalogue";
import { record } from "./testing/messages";

const DEMO = record("demo", { embedded: true, devices: ["webgpu", "cpu"], memory_mb: 40 });
const LLAMA = record("Llama-3.2-1B-Instruct-q4f32_1-MLC", { memory_mb: 1129 });
const LLAMA_F16 = record("Llama-3.2-1B-Instruct-q4f16_1-MLC", { memory_mb: 879, quantization: "q4f16_1" });
const BIG = record("Qwen3-8B-q4f32_1-MLC", { memory_mb: 6100, low_resource: false });
const ALL = [BIG, LLAMA, DEMO, LLAMA_F16];

const ids = (query = ""): string[] => choices(ALL, null, query).map(({ record }) => record.id);
const obstacle = (id: string, device: Parameters<typeof choices>[1]): string | null | undefined =>
  choices(ALL, device, "").find(({ record }) => record.id === id)?.obstacle;

describe("the catalogue", () => {
  it("comes smallest first", () => {
    expect(ids()).toEqual([DEMO.id, LLAMA_F16.id, LLAMA.id, BIG.id]);
  });

  it("finds by every word of a search, in any order and case", () => {
    expect(ids("f32 llama")).toEqual([LLAMA.id]);
    expect(ids("gpt")).toEqual([]);
  });

  it("begins with what comes with the page, and has no empty group", () => {
    expect(groupChoices(choices(ALL, null, "")).map(({ kind }) => kind)).toEqual(["embedded", "small", "large"]);
    expect(groupChoices(choices([BIG], null, "")).map(({ kind }) => kind)).toEqual(["large"]);
  });

  it("says that a model needs WebGPU where there is none, unless the CPU can run it", () => {
    const cpu = { webgpu: false, features: new Set<string>() };
    expect(obstacle(LLAMA.id, cpu)).toMatch(/WebGPU/);
    expect(obstacle(DEMO.id, cpu)).toBeNull();
  });

  it("knows from the quantisation that a model needs f16, though its record does not say so", () => {
    expect(obstacle(LLAMA_F16.id, { webgpu: true, features: new Set() })).toMatch(/shader-f16/);
    expect(obstacle(LLAMA_F16.id, { webgpu: true, features: new Set(["shader-f16"]) })).toBeNull();
    expect(obstacle(LLAMA.id, { webgpu: true, features: new Set() })).toBeNull();
  });

  it("claims no obstacle before the device has been asked", () => {
    expect(obstacle(LLAMA_F16.id, null)).toBeNull();
  });
});

it("puts what cannot run here behind what can", () => {
  const device = { webgpu: true, features: new Set<string>() };
  expect(choices(ALL, device, "").map(({ record }) => record.id)).toEqual([DEMO.id, LLAMA.id, BIG.id, LLAMA_F16.id]);
});
