import { ABORTED, EngineError } from "../bridge/engine-error";
import type { DeviceWish } from "../page/engine-supervisor";
import type { BootStage, LoadStage } from "../protocol/wire";
import { ModelEngine } from "./model-engine";
import { type PythonRuntime, startPython, type StartPythonOptions } from "./python";
import { startEngine, type StartEngineOptions } from "./start-engine";
import type { Answer, AskOptions } from "./turns";

/** How far a part is: engine and Python start side by side. `fraction` is of that part, 0 to 1. */
export type StartProgress =
  | {
      part: "model";
      stage: LoadStage;
      fraction: number;
      text: string;
      loadedBytes: number | null;
      totalBytes: number | null;
    }
  | { part: "python"; stage: BootStage; fraction: number; text: string };

/** How everything is started. The simplest: `{ site: "https://your.site/" }`, the address of a built site. */
export interface AmplifierOptions
  extends Omit<StartEngineOptions, "worker">, Omit<StartPythonOptions, "engine" | "worker" | "onProgress"> {
  /** `auto`, the default: WebGPU where it works, else the CPU where the model has a build for it. */
  device?: DeviceWish;
  /** Starts the script of `webllm-provider/worker`; see `StartEngineOptions.worker`. */
  engineWorker?: StartEngineOptions["worker"];
  /** Starts the script of `webllm-provider/python-worker`; see `StartPythonOptions.worker`. */
  pythonWorker?: StartPythonOptions["worker"];
}

/** A model, Python, and an Amplifier session that joins them. */
export interface BrowserAmplifier {
  /**
   * Runs one turn of the conversation; turns run one after the other.
   *
   * Rejects with an `EngineError` when the turn failed, and with what a listener threw.
   */
  ask(text: string, options?: AskOptions): Promise<Answer>;
  /** The engine: its state, its catalogue, another model. It starts again by itself when worker or GPU are lost. */
  readonly engine: ModelEngine;
  /** Python: its versions, more conversations (`session()`), `restart()` after it has died. */
  readonly python: PythonRuntime;
  /** Ends both workers; what still runs rejects with `aborted`. */
  close(): void;
}

/**
 * Starts a model and Python side by side and makes an Amplifier session that answers through it.
 *
 * `modelId` is one of the catalogue: WebLLM's own ids, `webllm-demo-1-q0f32` for the demo model of the site, and
 * those of `options.models`. Rejects with an `EngineError` when either part cannot start, and with `aborted` when
 * `options.signal` is; nothing is left running then.
 */
export async function initBrowserAmplifier(
  modelId: string,
  onProgress: (progress: StartProgress) => void = () => undefined,
  options: AmplifierOptions = {},
): Promise<BrowserAmplifier> {
  const { device = "auto", engineWorker, pythonWorker, signal, ...files } = options;
  if (signal?.aborted === true) throw new EngineError(ABORTED);
  // One part that fails gives up the other one.
  const start = new AbortController();
  const giveUp = (): void => {
    start.abort();
  };
  signal?.addEventListener("abort", giveUp, { once: true });
  const running = startEngine({ ...files, ...(engineWorker && { worker: engineWorker }) });
  const engine = new ModelEngine({
    engine: running,
    device,
    onProgress: ({ stage, fraction, text, loaded_bytes: loadedBytes, total_bytes: totalBytes }) => {
      onProgress({ part: "model", stage, fraction, text, loadedBytes, totalBytes });
    },
    onRestarted: () => {
      whenBooted(booting, (python) => {
        python.attachEngine(running.connect());
      });
    },
  });
  const booting = startPython({
    ...files,
    engine: running,
    signal: start.signal,
    onProgress: ({ stage, fraction, text }) => {
      onProgress({ part: "python", stage, fraction, text });
    },
    ...(pythonWorker && { worker: pythonWorker }),
  });
  try {
    const [python] = await Promise.all([booting, engine.load(modelId, start.signal)]);
    return joined(engine, python);
  } catch (raw) {
    start.abort();
    engine.close();
    whenBooted(booting, (python) => {
      python.close();
    });
    throw raw;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/** Python that does not start is reported by whoever waits for it. */
function whenBooted(booting: Promise<PythonRuntime>, act: (python: PythonRuntime) => void): void {
  booting.then(act, () => undefined);
}

function joined(engine: ModelEngine, python: PythonRuntime): BrowserAmplifier {
  const session = python.session();
  return {
    engine,
    python,
    ask: (text, options) => session.ask(text, options),
    close() {
      python.close();
      engine.close();
    },
  };
}
