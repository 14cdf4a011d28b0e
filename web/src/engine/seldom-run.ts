/**
 * A model's library brings a shader for everything that its runtime can do, and WebLLM compiles all of them before a
 * model is loaded: on a software adapter that is most of a load. What a model with another kind of attention would run,
 * or nobody but a debugger, is compiled when it is run first.
 */

/** Sliding windows, trees of drafted tokens, latent attention: each a whole attention kernel of its own. */
const SELDOM = /sliding_window|tree_attn|_mla_|debug/u;

/** Stands for a pipeline until a pass runs it. */
class LaterPipeline {
  #compiled: GPUComputePipeline | null = null;

  constructor(private readonly compile: () => GPUComputePipeline) {}

  get compiled(): GPUComputePipeline {
    return (this.#compiled ??= this.compile());
  }
}

let installed = false;

/** What this device is asked to compile ahead it compiles when it is run, where that is seldom. */
export function compileSeldomRunLater(device: GPUDevice): void {
  install();
  const ahead = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    if (!SELDOM.test(descriptor.compute.entryPoint ?? "")) return ahead(descriptor);
    const later: unknown = new LaterPipeline(() => device.createComputePipeline(descriptor));
    return Promise.resolve(later as GPUComputePipeline);
  };
}

/** Only here does a pipeline meet WebGPU again: whoever made it gives it to a pass, and does nothing else with it. */
function install(): void {
  if (installed) return;
  installed = true;
  // Called with the pass as `this` below, never on its own.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const setPipeline = GPUComputePassEncoder.prototype.setPipeline;
  GPUComputePassEncoder.prototype.setPipeline = function (this: GPUComputePassEncoder, pipeline) {
    const given: unknown = pipeline;
    setPipeline.call(this, given instanceof LaterPipeline ? given.compiled : pipeline);
  };
}
