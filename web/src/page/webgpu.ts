/** What this browser's WebGPU offers, or why there is none and what a person can do about it. */

/** The GPU in the browser's words; browsers leave empty what they do not tell. */
export interface AdapterFacts {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  /** A software adapter: it works, slowly. */
  fallback: boolean;
}

/** The limits that decide which models fit. Bytes, but for the count of invocations. */
export interface AdapterLimits {
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
  maxComputeWorkgroupStorageSize: number;
  maxComputeInvocationsPerWorkgroup: number;
}

/** What `checkWebGPUSupport` found. */
export type WebGPUSupport =
  | {
      supported: true;
      adapter: AdapterFacts;
      limits: AdapterLimits;
      /** Names of WebGPU's optional features, in order. */
      features: readonly string[];
      /** 16-bit shaders: without them only models with `f32` in their name run. */
      shaderF16: boolean;
    }
  | {
      supported: false;
      reason: "insecure_context" | "no_webgpu" | "no_adapter" | "adapter_failed";
      /** One sentence: what is missing. */
      message: string;
      /** One sentence: what to do. */
      hint: string;
    };

/** The part of a `GPUAdapter` that is read. */
export interface GPUAdapterLike {
  readonly features: Iterable<string>;
  readonly limits: AdapterLimits;
  readonly info?: Partial<Omit<AdapterFacts, "fallback">> & { readonly isFallbackAdapter?: boolean };
}

/** The part of the global scope that is asked: a window or a worker is one. */
export interface WebGPUScope {
  readonly isSecureContext: boolean;
  readonly navigator: {
    readonly gpu?: {
      requestAdapter(options: { powerPreference: "high-performance" }): Promise<GPUAdapterLike | null>;
    };
  };
}

/**
 * Asks for a WebGPU adapter and says what it offers. Never rejects; loads nothing.
 *
 * A model may still need more than is here: compare `required_features` and `memory_mb` of its catalogue record.
 */
export async function checkWebGPUSupport(scope: WebGPUScope = globalThis): Promise<WebGPUSupport> {
  const { gpu } = scope.navigator;
  if (gpu === undefined) return scope.isSecureContext ? NO_WEBGPU : INSECURE;
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    return adapter === null ? NO_ADAPTER : described(adapter);
  } catch (raw) {
    const why = raw instanceof Error ? raw.message : String(raw);
    return {
      supported: false,
      reason: "adapter_failed",
      message: `The browser has WebGPU, but asking for the GPU failed: ${why}`,
      hint: "Update the browser or the graphics driver, or let the CPU answer.",
    };
  }
}

const INSECURE: WebGPUSupport = {
  supported: false,
  reason: "insecure_context",
  message: "Browsers offer WebGPU only to secure pages.",
  hint: "Serve the page over https, or from localhost.",
};

const NO_WEBGPU: WebGPUSupport = {
  supported: false,
  reason: "no_webgpu",
  message: "This browser has no WebGPU.",
  hint: "Use a current Chrome, Edge, Safari or Firefox, or let the CPU answer.",
};

const NO_ADAPTER: WebGPUSupport = {
  supported: false,
  reason: "no_adapter",
  message: "The browser has WebGPU, but found no GPU adapter.",
  hint: "Switch on hardware acceleration in the browser's settings, or let the CPU answer.",
};

function described({ features, limits, info = {} }: GPUAdapterLike): WebGPUSupport {
  const names = [...features].sort();
  return {
    supported: true,
    adapter: {
      vendor: info.vendor ?? "",
      architecture: info.architecture ?? "",
      device: info.device ?? "",
      description: info.description ?? "",
      fallback: info.isFallbackAdapter ?? false,
    },
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
    features: names,
    shaderF16: names.includes("shader-f16"),
  };
}
