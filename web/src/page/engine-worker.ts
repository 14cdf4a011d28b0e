/** One life of an engine worker, as the document that owns it sees it. */
import type { FromWorker, RoomSettings, ToWorker } from "../engine/frame-messages";
import type { Refused, WireError } from "../protocol/wire";

/** Where an engine worker finds what it loads; the worker's own entry knows the shape. */
export interface EngineWorkerOptions<Sources> {
  /** Starts the script. */
  spawn: () => Worker;
  /** Sent to the worker before anything else. */
  sources: Sources;
  /** What the engine room is to do otherwise than it would by itself. */
  settings?: RoomSettings;
}

/** No other worker would help. */
const INSECURE: WireError = {
  code: "unsupported",
  message: "A browser keeps engines only for pages that come over https or from localhost.",
  hint: "Open this page over https, or from localhost.",
};

/** Holds one worker. Ports wait until it has started; where it cannot start they are told why. */
export class EngineWorker<Sources> {
  private worker: Worker | null = null;
  private phase: "starting" | "running" | "failed" = "starting";
  private error: WireError | null = null;
  private waiting: MessagePort[] = [];

  constructor(private readonly options: EngineWorkerOptions<Sources>) {
    if (window.isSecureContext) this.start();
    else this.refuseAll(INSECURE);
  }

  /** Hands the worker a port, now or as soon as it has started. */
  connect(port: MessagePort): void {
    if (this.phase === "running") this.post({ type: "connect" }, [port]);
    else if (this.error === null) this.waiting.push(port);
    else refuse(port, this.error);
  }

  /** Terminates the worker. Whoever is connected learns of it by the worker's lock, whoever waits right here. */
  end(): void {
    this.worker?.terminate();
    if (this.phase === "starting") this.fail("it was stopped");
  }

  private start(): void {
    let worker: Worker;
    try {
      worker = this.options.spawn();
    } catch (raw) {
      // A script of another origin, for one, is refused on the spot.
      this.fail(raw instanceof Error ? raw.message : String(raw));
      return;
    }
    this.worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      data.type satisfies "started";
      this.phase = "running";
      for (const port of this.waiting.splice(0)) this.connect(port);
    });
    worker.addEventListener("error", (event) => {
      // Once it runs, an error that nobody caught is no death.
      if (this.phase === "starting") this.fail(event.message);
    });
    const { sources, settings } = this.options;
    this.post({ type: "configure", sources, ...(settings === undefined ? {} : { settings }) });
  }

  private fail(why: string): void {
    this.refuseAll({
      code: "worker_died",
      message: `The engine's worker could not start: ${why || "its script could not be loaded"}.`,
      hint: "Reload the page.",
    });
  }

  private refuseAll(error: WireError): void {
    this.phase = "failed";
    this.error = error;
    for (const port of this.waiting.splice(0)) refuse(port, error);
  }

  private post(message: ToWorker<Sources>, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }
}

/** Answers in the worker's stead, in the words of the protocol. */
function refuse(port: MessagePort, error: WireError): void {
  const refused: Refused = { type: "refused", id: null, epoch: "none", error };
  port.postMessage(refused);
}
