import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { compileSeldomRunLater } from "./seldom-run";

/** A pipeline names its shader. */
interface Compiled {
  shader: string;
}

/** What a browser has one of: passes are given pipelines by its prototype. */
class Pass {
  readonly given: unknown[] = [];

  setPipeline(pipeline: unknown): void {
    this.given.push(pipeline);
  }
}

/** A device that notes what it has compiled, and how it was asked. */
class Device {
  readonly ahead: string[] = [];
  readonly atOnce: string[] = [];

  createComputePipelineAsync({ compute }: GPUComputePipelineDescriptor): Promise<Compiled> {
    this.ahead.push(compute.entryPoint ?? "");
    return Promise.resolve({ shader: compute.entryPoint ?? "" });
  }

  createComputePipeline({ compute }: GPUComputePipelineDescriptor): Compiled {
    this.atOnce.push(compute.entryPoint ?? "");
    return { shader: compute.entryPoint ?? "" };
  }
}

const watched = (): { device: Device; compile: (shader?: string) => Promise<unknown> } => {
  const device = new Device();
  compileSeldomRunLater(device as unknown as GPUDevice);
  const compile = (shader?: string): Promise<unknown> =>
    device.createComputePipelineAsync({
      layout: "auto",
      compute: { module: {} as GPUShaderModule, ...(shader === undefined ? {} : { entryPoint: shader }) },
    });
  return { device, compile };
};

beforeEach(() => {
  vi.stubGlobal("GPUComputePassEncoder", Pass);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a shader that a chat seldom runs", () => {
  it.each([
    "batch_prefill_paged_kv_sliding_window_kernel",
    "batch_tree_attn_kernel",
    "tree_attn_paged_kv_kernel",
    "tir_kv_cache_transpose_append_mla_kernel",
    "tir_kv_cache_debug_get_kv_kernel",
  ])("is compiled when a pass runs it, and once: %s", async (shader) => {
    const { device, compile } = watched();
    const pipeline = await compile(shader);
    expect([device.ahead, device.atOnce]).toEqual([[], []]);
    const pass = new Pass();
    pass.setPipeline(pipeline);
    pass.setPipeline(pipeline);
    expect(pass.given).toEqual([{ shader }, { shader }]);
    expect([device.ahead, device.atOnce]).toEqual([[], [shader]]);
  });

  it("is told apart on two devices", async () => {
    const [first, second] = [watched(), watched()];
    const pipeline = await first.compile("batch_tree_attn_kernel");
    new Pass().setPipeline(pipeline);
    expect([first.device.atOnce, second.device.atOnce]).toEqual([["batch_tree_attn_kernel"], []]);
  });
});

describe("any other shader", () => {
  it.each([
    "batch_prefill_paged_kv_kernel",
    "batch_decode_paged_kv_kernel",
    "fused_matmul1_add_kernel",
    "tir_kv_cache_transpose_append_kernel",
    undefined,
  ])("is compiled ahead and given to a pass as it is: %s", async (shader) => {
    const { device, compile } = watched();
    const pipeline = await compile(shader);
    expect([device.ahead, device.atOnce]).toEqual([[shader ?? ""], []]);
    const pass = new Pass();
    pass.setPipeline(pipeline);
    expect(pass.given[0]).toBe(pipeline);
  });
});
