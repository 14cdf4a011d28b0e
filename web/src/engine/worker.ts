/** The site's engine worker: the engines are chunks of its own bundle. */
import { version as webllm } from "@mlc-ai/web-llm/package.json";
import { version as wllama } from "@wllama/wllama/package.json";
import { startSealedWorker } from "../bridge/sealed-worker";
import { BegunAhead } from "./begun-ahead";
import type { EngineKind } from "./cell";
import { download } from "./download";
import type { EngineModules } from "./modules";
import type { SiteUrls } from "./site";
import { startEngineWorker } from "./start";

/** A second import of the same chunk gives what the first has brought. */
const engines = {
  webllm: () => import("@mlc-ai/web-llm"),
  wllama: () => import("@wllama/wllama"),
};

/** llama.cpp's WebAssembly: a worker is told twice where it lies, ahead and when it becomes a cell. */
let wasm: BegunAhead<Blob> | null = null;

startEngineWorker(
  (sources): EngineModules => {
    const site = sources as SiteUrls;
    const runtime = (wasm ??= new BegunAhead((signal) => download(site.wllamaWasm, signal)));
    return {
      ...engines,
      ahead: (kind: EngineKind) => {
        // Whoever needs it hears of a failure.
        engines[kind]().catch(() => undefined);
        if (kind === "wllama") runtime.begin();
      },
      wllamaWasm: (signal) => runtime.take(signal),
      versions: { webllm, wllama },
      demo: site.demo,
    };
  },
  // Through a stub as well, or the policy would end here.
  (name) => startSealedWorker(new URL(import.meta.url), name),
);
