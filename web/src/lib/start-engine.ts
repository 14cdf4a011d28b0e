import type { PeerSources } from "../engine/peer-sources";
import { EngineWorker } from "../page/engine-worker";
import { type EngineFiles, engineSources } from "./site-files";
import { spawnEngineWorker } from "./workers";

/** How the engine is started. */
export interface StartEngineOptions extends EngineFiles {
  /**
   * Starts the script of `webllm-provider/worker`; called again for every restart. Needed only where the bundler
   * does not find the package's own: `() => new Worker(new URL("webllm-provider/worker", import.meta.url),
   * { type: "module" })`.
   */
  worker?: () => Worker;
}

/** A worker with the engines in it, and its ports. */
export interface RunningEngine {
  /** A port to the worker that runs now, for an `EngineClient`, an `EngineLink` or Python. */
  connect(): MessagePort;
  /** Ends the worker, whatever it does, and starts another; ports of the old one end with `worker_died`. */
  restart(): void;
  /** Ends the worker for good. */
  close(): void;
}

/**
 * Starts the engine's worker. Nothing is downloaded until a model is loaded.
 *
 * Where the worker cannot start, whoever connects is told so: `EngineClient.ready` rejects with `worker_died`.
 */
export function startEngine(options: StartEngineOptions = {}): RunningEngine {
  const spawn = options.worker ?? spawnEngineWorker;
  const sources = engineSources(options);
  const start = (): EngineWorker<PeerSources> => new EngineWorker({ spawn, sources });
  let life = start();
  return {
    connect() {
      const { port1, port2 } = new MessageChannel();
      life.connect(port1);
      return port2;
    },
    restart() {
      life.end();
      life = start();
    },
    close() {
      life.end();
    },
  };
}
