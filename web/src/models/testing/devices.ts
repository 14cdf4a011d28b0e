import type { DeviceFacts } from "../device";

const GIB = 2 ** 30;

/** A desktop with a GPU: nothing is short. Overridden by what a test is about. */
export function deviceWith(overrides: Partial<DeviceFacts> = {}): DeviceFacts {
  return {
    gpu: {
      kind: "adapter",
      features: new Set(["shader-f16"]),
      maxBufferSize: 4 * GIB,
      maxStorageBufferBindingSize: 4 * GIB,
      name: "test gpu",
    },
    memoryMb: 8192,
    memory64: true,
    storage: { usage: 0, quota: 100 * GIB },
    ...overrides,
  };
}

/** The same GPU with other limits or features. */
export const gpuWith = (
  overrides: Partial<Extract<DeviceFacts["gpu"], { kind: "adapter" }>>,
): DeviceFacts["gpu"] => ({
  kind: "adapter",
  features: new Set(["shader-f16"]),
  maxBufferSize: 4 * GIB,
  maxStorageBufferBindingSize: 4 * GIB,
  name: "test gpu",
  ...overrides,
});
