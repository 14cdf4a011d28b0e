import type { LoadedModel, WireError } from "../protocol/wire";
import type { Engine, LoadOrder, LoadReport } from "./engine";
import { aborted, EngineFailure } from "./errors";

/** Loads into a fresh engine; one that fails or is cancelled leaves nothing behind, and reports nothing more. */
export async function bringUp(
  engine: Engine,
  order: LoadOrder,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  let wanted = true;
  const loading = engine.load(
    order,
    (progress) => {
      if (wanted) report(progress);
    },
    signal,
  );
  try {
    return await untilLost(engine, untilAborted(loading, signal, "load"));
  } catch (raw) {
    wanted = false;
    // Not waited for: an engine may take its time to let go, and works with nothing that the next one needs.
    void loading.catch(() => undefined).then(() => release(engine));
    throw raw;
  }
}

/** Gives an engine up. One that fails at that too is gone all the same; nobody can act on it. */
export async function release(engine: Engine): Promise<void> {
  try {
    await engine.unload();
  } catch (raw) {
    console.warn("The engine could not be released:", raw);
  }
}

/** Who waits for each loss. A promise never forgets a reaction, and a loss outlives thousands of requests. */
const waiting = new WeakMap<Promise<WireError>, Set<(error: WireError) => void>>();

function waitingFor(loss: Promise<WireError>): Set<(error: WireError) => void> {
  const known = waiting.get(loss);
  if (known !== undefined) return known;
  const told = new Set<(error: WireError) => void>();
  waiting.set(loss, told);
  void loss.then((error) => {
    // Whoever comes later hears of it at once.
    waiting.delete(loss);
    for (const tell of told) tell(error);
  });
  return told;
}

/** Settles with `work`, or rejects as soon as the engine's model is lost: what waits on a dead GPU waits for ever. */
export function untilLost<T>({ lost }: Pick<Engine, "lost">, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const told = waitingFor(lost);
    const tell = (error: WireError): void => {
      reject(new EngineFailure(error, true));
    };
    told.add(tell);
    work.then(resolve, reject).finally(() => {
      told.delete(tell);
    });
  });
}

/** Settles with `work`, or rejects with `aborted` as soon as `signal` aborts. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(aborted(what));
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", abort);
    });
  });
}
