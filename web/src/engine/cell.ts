import type { Endpoint } from "../protocol/endpoint";
import type { WireError } from "../protocol/wire";
import type { FromCell } from "./cell-messages";
import type { ToWorker } from "./frame-messages";

/** Which engine a cell holds. */
export type EngineKind = "webllm" | "wllama";

/** One nested worker with one engine in it, as the room sees it. */
export interface Cell {
  readonly endpoint: Endpoint;
  /** Resolves when it is gone without the room having ended it, or could not start. */
  readonly died: Promise<WireError>;
  /** Ends it, whatever it does; its memory and its GPU device go with it. Safe to repeat. */
  end(): void;
}

/** The part of the Web Locks that a life hangs on. */
export interface Locks {
  request(name: string, options: { signal?: AbortSignal }, granted: () => unknown): Promise<unknown>;
}

export interface CellOptions {
  /** Starts this very script once more. */
  spawn: () => Worker;
  /** What this worker was configured with. */
  sources: unknown;
  locks: Locks;
}

/** Starts a cell. Its engine is told what to load by messages. */
export function startCell(kind: EngineKind, { spawn, sources, locks }: CellOptions): Cell {
  const life = new AbortController();
  const lock = `webllm-provider-cell-${crypto.randomUUID()}`;
  let gone: (error: WireError) => void = () => undefined;
  const died = new Promise<WireError>((resolve) => {
    gone = resolve;
  });
  const worker = spawn();
  let runs = false;
  worker.addEventListener("message", ({ data }: MessageEvent<FromCell>) => {
    if (data.type !== "ready") return;
    runs = true;
    // It lets go of its lock only by dying: of a worker's end there is no other sign.
    locks
      .request(lock, { signal: life.signal }, () => {
        gone(DIED);
      })
      .catch(() => undefined);
  });
  worker.addEventListener("error", (event) => {
    // Above, it would count as an error of the room, which is well.
    event.preventDefault();
    console.error("An engine's cell:", event.message);
    if (!runs) gone(notStarted(event.message));
  });
  const configure: ToWorker = { type: "cell", kind, sources, lock };
  worker.postMessage(configure);
  return {
    endpoint: worker,
    died,
    end: () => {
      life.abort();
      worker.terminate();
    },
  };
}

const DIED: WireError = {
  code: "worker_died",
  message: "The engine's worker has died.",
  hint: "Load the model again.",
};

const notStarted = (why: string): WireError => ({
  code: "worker_died",
  message: "The engine's worker could not start.",
  hint: "Reload the page. Under a content security policy worker-src must name what the engine's own worker was started from.",
  details: { raw: why },
});

/** In the cell: holds the lock that its life hangs on, then says that it takes calls. */
export async function announceCell(endpoint: Endpoint, lock: string, locks: Locks): Promise<void> {
  await new Promise<void>((held, failed) => {
    locks
      .request(lock, {}, () => {
        held();
        return new Promise<never>(() => undefined);
      })
      .catch(failed);
  });
  const ready: FromCell = { type: "ready" };
  endpoint.postMessage(ready);
}
