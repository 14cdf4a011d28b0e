import { hasMemory64 } from "./memory64";

/** The parts of a worker's `navigator` that a report is made from. Browsers lack many of them. */
export interface DeviceScope {
  readonly userAgent: string;
  readonly userAgentData?: { brands: unknown; mobile: boolean; platform: string };
  readonly hardwareConcurrency: number;
  readonly deviceMemory?: number;
  readonly connection?: { effectiveType?: string; saveData?: boolean; type?: string };
  readonly gpu?: { requestAdapter(): Promise<AdapterLike | null> };
  readonly storage?: {
    estimate?(): Promise<{ usage?: number; quota?: number }>;
    persisted?(): Promise<boolean>;
  };
}

/** The parts of a `GPUAdapter` that are described. */
export interface AdapterLike {
  readonly info: { vendor: string; architecture: string; device: string; description: string };
  readonly features: Iterable<string>;
  readonly limits: object;
}

/** A GPU process that hangs must not take the report with it. */
const PATIENCE_MS = 5_000;

/** Adapter, features and limits in the browser's words; null without WebGPU. Never rejects. */
export async function describeGpu(scope: DeviceScope): Promise<unknown> {
  if (scope.gpu === undefined) return null;
  try {
    const adapter = await withPatience(scope.gpu.requestAdapter());
    if (adapter === null) return { adapter: null };
    const { vendor, architecture, device, description } = adapter.info;
    return {
      adapter: { vendor, architecture, device, description },
      features: [...adapter.features].sort(),
      limits: limitsOf(adapter.limits),
    };
  } catch (raw) {
    return { error: String(raw) };
  }
}

/** Limits are getters of the prototype: neither spread nor JSON sees them. */
function limitsOf(limits: object): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === "number") found[name] = value;
  }
  return found;
}

/** What the browser is, and what it lets a page have. Never rejects. */
export async function describeBrowser(scope: DeviceScope): Promise<unknown> {
  const { userAgentData: data, connection } = scope;
  return {
    user_agent: scope.userAgent,
    brands: data?.brands ?? null,
    platform: data?.platform ?? null,
    mobile: data?.mobile ?? null,
    hardware_concurrency: scope.hardwareConcurrency,
    device_memory_gb: scope.deviceMemory ?? null,
    cross_origin_isolated: globalThis.crossOriginIsolated,
    memory64: hasMemory64(),
    connection: {
      effective_type: connection?.effectiveType ?? null,
      save_data: connection?.saveData ?? null,
      type: connection?.type ?? null,
    },
    storage: await describeStorage(scope),
  };
}

async function describeStorage({ storage }: DeviceScope): Promise<unknown> {
  try {
    const estimate = await storage?.estimate?.();
    const persisted = await storage?.persisted?.();
    return {
      used_bytes: estimate?.usage ?? null,
      quota_bytes: estimate?.quota ?? null,
      persisted: persisted ?? null,
    };
  } catch (raw) {
    return { error: String(raw) };
  }
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The GPU gave no answer within ${String(PATIENCE_MS)} ms.`));
    }, PATIENCE_MS);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
