/** The engine worker of the npm package: the engines are the peers that the application's bundler finds. */
import { download } from "./download";
import { failure } from "./errors";
import type { EngineModules } from "./modules";
import type { PeerSources } from "./peer-sources";
import { startEngineWorker } from "./start";

startEngineWorker(
  (given): EngineModules => {
    const sources = given as PeerSources;
    // Until an engine has been loaded nobody asks for its version.
    const versions = { webllm: "unknown", wllama: "unknown" };
    return {
      versions,
      demo: sources.demo,
      models: sources.models,
      ...(sources.batchLimit === null ? {} : { batchLimit: sources.batchLimit }),
      async webllm() {
        const { default: manifest } = await import("@mlc-ai/web-llm/package.json");
        versions.webllm = manifest.version;
        return import("@mlc-ai/web-llm");
      },
      async wllama() {
        // Bundlers let an import fail at run time where it stands in a `try`: this peer is optional.
        try {
          // Its package names an entry that it does not hold.
          const engine = await import("@wllama/wllama/esm/index.js");
          const { default: manifest } = await import("@wllama/wllama/package.json");
          versions.wllama = manifest.version;
          return engine;
        } catch (raw) {
          throw failure(
            "unsupported",
            "The CPU engine is not part of this application.",
            "Install @wllama/wllama and build again, or load the model on WebGPU.",
            { raw: String(raw).slice(0, 500) },
          );
        }
      },
      async wllamaWasm(signal) {
        if (sources.wllamaWasm === null) {
          throw failure(
            "unsupported",
            "The page did not say where the CPU engine's WebAssembly lies.",
            "Give `site` or `wllamaWasm`, or load the model on WebGPU.",
          );
        }
        return download(sources.wllamaWasm, signal);
      },
    };
  },
  // A bundler may have put anything for the URL of this module; where this worker comes from is certain.
  (name) => new Worker(ownScript(), { type: "module", name }),
);

/** A page may have started this worker from a Blob that imports it, and revoked its URL. */
function ownScript(): string {
  const { href, protocol } = self.location;
  return protocol === "blob:" ? import.meta.url : href;
}
