import { expect, it } from "vitest";
import { checkWebGPUSupport, type GPUAdapterLike, type WebGPUScope } from "./webgpu";

const LIMITS = {
  maxBufferSize: 1,
  maxStorageBufferBindingSize: 2,
  maxComputeWorkgroupStorageSize: 3,
  maxComputeInvocationsPerWorkgroup: 4,
};

const withAdapter = (requestAdapter: () => Promise<GPUAdapterLike | null>): WebGPUScope => ({
  isSecureContext: true,
  navigator: { gpu: { requestAdapter } },
});

it("says what the adapter offers, as plain data", async () => {
  const adapter = {
    features: new Set(["timestamp-query", "shader-f16"]),
    limits: { ...LIMITS, maxBindGroups: 9 },
    info: { vendor: "acme", architecture: "x1", isFallbackAdapter: true },
  };
  expect(await checkWebGPUSupport(withAdapter(() => Promise.resolve(adapter)))).toEqual({
    supported: true,
    adapter: { vendor: "acme", architecture: "x1", device: "", description: "", fallback: true },
    limits: LIMITS,
    features: ["shader-f16", "timestamp-query"],
    shaderF16: true,
  });
});

it("says that 16-bit shaders are missing", async () => {
  const found = await checkWebGPUSupport(
    withAdapter(() => Promise.resolve({ features: [], limits: LIMITS })),
  );
  expect(found).toMatchObject({ supported: true, shaderF16: false, features: [] });
});

it.each<[string, WebGPUScope]>([
  ["insecure_context", { isSecureContext: false, navigator: {} }],
  ["no_webgpu", { isSecureContext: true, navigator: {} }],
  ["no_adapter", withAdapter(() => Promise.resolve(null))],
  ["adapter_failed", withAdapter(() => Promise.reject(new Error("The driver is gone.")))],
])("names %s with a sentence and what to do", async (reason, scope) => {
  const found = await checkWebGPUSupport(scope);
  expect(found).toMatchObject({ supported: false, reason });
  if (found.supported) return;
  expect(found.message).toMatch(/\.$/);
  expect(found.hint).toMatch(/\.$/);
});
