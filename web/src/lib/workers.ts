/** The package's own worker scripts, written so that bundlers find them. */

/** Starts the engine's worker. */
export function spawnEngineWorker(): Worker {
  return new Worker(new URL("../engine/npm-worker.js", import.meta.url), {
    type: "module",
    name: "webllm-provider-engine",
  });
}

/** Starts Python's worker. `name` is the Web Lock that it holds as long as it lives. */
export function spawnPythonWorker(name: string): Worker {
  return new Worker(new URL("../python/worker.js", import.meta.url), { type: "module", name });
}
