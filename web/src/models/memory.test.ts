import { describe, expect, it } from "vitest";
import { budgetOf, mayShareGpu, mayStandTwice } from "./memory";
import { deviceWith, gpuWith } from "./testing/devices";

const mb = (memory_mb: number | null): { memory_mb: number | null } => ({ memory_mb });

describe("the memory for models", () => {
  it("is a share of what the device has, where the browser tells less than it caps at", () => {
    const { mb: budget, certain } = budgetOf(deviceWith({ memoryMb: 4096 }), "webgpu");
    expect(budget).toBeCloseTo(2457.6);
    expect(certain).toBe(true);
  });

  it("is assumed where the browser tells nothing, or that there is 8 GB or more", () => {
    expect(budgetOf(deviceWith({ memoryMb: null }), "cpu")).toEqual({ mb: 6144, certain: false });
    expect(budgetOf(deviceWith({ memoryMb: 8192 }), "webgpu")).toEqual({ mb: 6144, certain: false });
  });

  it("is small on a GPU that allows small buffers only, and not on that device's CPU", () => {
    const phone = deviceWith({ gpu: gpuWith({ maxBufferSize: 256 * 2 ** 20 }) });
    expect(budgetOf(phone, "webgpu")).toEqual({ mb: 2048, certain: false });
    expect(budgetOf(phone, "cpu").mb).toBe(6144);
  });
});

describe("two models on one GPU", () => {
  it("share it where both fit, with room for their buffers", () => {
    expect(mayShareGpu(mb(1000), mb(4000), deviceWith())).toBe(true);
    expect(mayShareGpu(mb(1000), mb(5000), deviceWith())).toBe(false);
  });

  it("do not share it where nobody knows how large one is", () => {
    expect(mayShareGpu(mb(null), mb(10), deviceWith())).toBe(false);
  });
});

describe("a model a second time", () => {
  it("may take an eighth of the memory for models, and its size must be known", () => {
    expect(mayStandTwice(mb(768), { memoryMb: null })).toBe(true);
    expect(mayStandTwice(mb(769), { memoryMb: 8192 })).toBe(false);
    expect(mayStandTwice(mb(400), { memoryMb: 4096 })).toBe(false);
    expect(mayStandTwice(mb(null), { memoryMb: 8192 })).toBe(false);
  });
});
