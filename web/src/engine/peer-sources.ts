import type { CustomModel } from "../models/custom-model";
import type { DemoModelUrls } from "./demo-urls";

/** What the npm package's engine worker is told before anything else. All URLs are absolute. */
export interface PeerSources {
  /** llama.cpp's WebAssembly; null where the CPU is not to be used. */
  wllamaWasm: string | null;
  demo: DemoModelUrls | null;
  /** Models beside those that WebLLM knows; one with a known id takes its place. */
  models: CustomModel[];
  /** Prompts that one batch may have; null: as many as usual. */
  batchLimit: number | null;
}
