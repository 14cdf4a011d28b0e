import type * as WebLLM from "@mlc-ai/web-llm";
import type * as Wllama from "@wllama/wllama";
import type { EngineKind } from "./cell";
import type { DemoModelUrls } from "./demo-urls";

/**
 * Where the engines come from: the one thing that differs between the workers that this code is built into.
 *
 * Every function is called when its engine is first needed, again after a failure, and gives up when `signal` aborts.
 * What it rejects with should be an `EngineFailure`.
 */
export interface EngineModules {
  webllm(signal: AbortSignal): Promise<typeof WebLLM>;
  wllama(signal: AbortSignal): Promise<typeof Wllama>;
  /** llama.cpp's WebAssembly, whole. */
  wllamaWasm(signal: AbortSignal): Promise<Blob>;
  /** Begins to bring an engine's code before it is needed. Where there is no such thing it comes when it is. */
  ahead?(kind: EngineKind): void;
  /** The versions that the modules will have, as every answer names them. */
  versions: { webllm: string; wllama: string };
  /** Where the demo model lies; null where there is none: then the catalogue does not name it. */
  demo: DemoModelUrls | null;
  /** Models beside those that WebLLM knows; one with a known id takes its place. */
  models?: WebLLM.ModelRecord[];
  /** Prompts that one batch may have; 100 where nothing else is said. */
  batchLimit?: number;
}
