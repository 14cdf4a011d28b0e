import { describe, expect, it } from "vitest";
import { lanesOf } from "./lanes";

const modelOf = (memory_mb: number | null): Parameters<typeof lanesOf>[1] => ({
  kind: "text",
  record: {
    id: "m",
    name: "M",
    devices: ["cpu"],
    download_bytes: null,
    memory_mb,
    context_window: null,
    quantization: "q4",
    required_features: [],
    low_resource: true,
    embedded: false,
  },
});

describe("how many items of a batch are computed at once", () => {
  it("is two on the CPU where there is a core and memory for a second", () => {
    expect(lanesOf("cpu", modelOf(700), { hardwareConcurrency: 4, deviceMemory: 8 })).toBe(2);
    expect(lanesOf("cpu", modelOf(700), { hardwareConcurrency: 2 })).toBe(2);
  });

  it("is one where there is no second core, or no memory for a second model", () => {
    expect(lanesOf("cpu", modelOf(20), { hardwareConcurrency: 1, deviceMemory: 8 })).toBe(1);
    expect(lanesOf("cpu", modelOf(900), { hardwareConcurrency: 8, deviceMemory: 8 })).toBe(1);
    expect(lanesOf("cpu", modelOf(400), { hardwareConcurrency: 8, deviceMemory: 4 })).toBe(1);
    expect(lanesOf("cpu", modelOf(null), { hardwareConcurrency: 8, deviceMemory: 8 })).toBe(1);
  });

  it("is one on a GPU, and where vectors are made", () => {
    expect(lanesOf("webgpu", modelOf(20), { hardwareConcurrency: 8 })).toBe(1);
    expect(lanesOf("cpu", { ...modelOf(20), kind: "embedding" }, { hardwareConcurrency: 8 })).toBe(1);
  });
});
