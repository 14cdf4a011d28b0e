/** What a device offers, read before anything is downloaded. */
import { hasMemory64 } from "../engine/memory64";
import type { Preference } from "./aliases";

/** The part of `navigator.gpu` that a decision needs. */
export interface Gpu {
  requestAdapter(options?: GPURequestAdapterOptions): Promise<Adapter | null>;
}

/** The part of a `GPUAdapter` that a decision needs. */
export interface Adapter {
  features: ReadonlySet<string>;
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
  info?: { vendor?: string; architecture?: string };
}

/** The part of a worker's `navigator` that a decision needs. */
export interface DeviceScope {
  gpu?: Gpu;
  /** GiB, coarse, and capped by the browser; Firefox and Safari do not tell. */
  deviceMemory?: number;
  storage?: { estimate(): Promise<{ usage?: number; quota?: number }> };
}

export type GpuState =
  | { kind: "no_webgpu" }
  | { kind: "no_adapter" }
  | {
      kind: "adapter";
      features: ReadonlySet<string>;
      maxBufferSize: number;
      maxStorageBufferBindingSize: number;
      /** Vendor and architecture, as far as the browser tells. */
      name: string;
    };

export interface DeviceFacts {
  gpu: GpuState;
  /** As the browser tells; null where it does not. */
  memoryMb: number | null;
  /** Whether WebAssembly has 64-bit memory here, which the CPU engine needs. */
  memory64: boolean;
  /** Bytes; null where the browser does not tell. */
  storage: { usage: number; quota: number } | null;
}

/** Reads it all; what the browser does not tell is null. */
export async function readDevice(scope: DeviceScope): Promise<DeviceFacts> {
  const [gpu, storage] = await Promise.all([readGpu(scope.gpu), readStorage(scope.storage)]);
  return {
    gpu,
    storage,
    memoryMb: scope.deviceMemory === undefined ? null : scope.deviceMemory * 1024,
    memory64: hasMemory64(),
  };
}

/** Which builds this device computes best. */
export function preferenceOf({ gpu }: DeviceFacts): Preference {
  if (gpu.kind !== "adapter") return "cpu";
  return gpu.features.has("shader-f16") ? "f16" : "f32";
}

/** Names the device that a failure belongs to: another GPU in the same computer may fare better. */
export function deviceKey({ gpu }: DeviceFacts, placement: "webgpu" | "cpu"): string {
  return placement === "webgpu" && gpu.kind === "adapter" ? `webgpu:${gpu.name}` : placement;
}

async function readGpu(gpu: Gpu | undefined): Promise<GpuState> {
  if (gpu === undefined) return { kind: "no_webgpu" };
  let adapter: Adapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch {
    // A browser that refuses to say has no adapter for us.
    adapter = null;
  }
  if (adapter === null) return { kind: "no_adapter" };
  const { vendor = "", architecture = "" } = adapter.info ?? {};
  return {
    kind: "adapter",
    features: adapter.features,
    maxBufferSize: adapter.limits.maxBufferSize,
    maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
    name: [vendor, architecture].filter((word) => word !== "").join(" ") || "unknown",
  };
}

async function readStorage(storage: DeviceScope["storage"]): Promise<DeviceFacts["storage"]> {
  try {
    const { usage, quota } = (await storage?.estimate()) ?? {};
    return usage === undefined || quota === undefined ? null : { usage, quota };
  } catch {
    // Opaque origins are refused: they cannot store anything either, which the download itself will say.
    return null;
  }
}
