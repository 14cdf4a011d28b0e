import type { DeviceWish } from "../page/engine-supervisor";
import { ModelEngine, type ModelEngineOptions } from "./model-engine";
import { startEngine, type StartEngineOptions } from "./start-engine";

/** How an engine is opened. The simplest: `{ site: "https://your.site/" }`, the address of a built site. */
export interface OpenEngineOptions
  extends StartEngineOptions, Pick<ModelEngineOptions, "onProgress" | "onRestarted"> {
  /** `auto`, the default: WebGPU where it works, else the CPU where the model has a build for it. */
  device?: DeviceWish;
}

/**
 * Starts an engine to load models into, without Python. It starts again by itself when its worker or the GPU is lost.
 * Nothing is downloaded until a model is loaded.
 */
export function openEngine(options: OpenEngineOptions = {}): ModelEngine {
  const { device = "auto", onProgress, onRestarted, ...files } = options;
  return new ModelEngine({
    engine: startEngine(files),
    device,
    ...(onProgress && { onProgress }),
    ...(onRestarted && { onRestarted }),
  });
}
