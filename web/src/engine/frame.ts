/** The script of engine.html: keeps one engine worker and hands it the ports that the page sends. */
import parts from "virtual:site-parts";
import { startSealedWorker } from "../bridge/sealed-worker";
import type { Refused, WireError } from "../protocol/wire";
import type { FromWorker, Restarted, ToFrame, ToWorker } from "./frame-messages";
import { type SiteUrls, siteUrls } from "./site";
import workerUrl from "./worker.ts?worker&url";

/** One worker's life. Ports wait until it has started; where it cannot start they are told why. */
class WorkerLife {
  private worker: Worker | null = null;
  private phase: "starting" | "running" | "failed" = "starting";
  private error: WireError | null = null;
  private waiting: MessagePort[] = [];

  constructor() {
    if (window.isSecureContext) this.start();
    else this.fail("a browser keeps engines for pages that come over https or from localhost");
  }

  private start(): void {
    this.worker = startSealedWorker(new URL(workerUrl, import.meta.url), "engine");
    this.worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      data.type satisfies "started";
      this.phase = "running";
      for (const port of this.waiting.splice(0)) this.connect(port);
    });
    this.worker.addEventListener("error", (event) => {
      // Once it runs, an error that nobody caught is no death.
      if (this.phase === "starting") this.fail(event.message);
    });
    this.post({ type: "configure", sources: siteUrls(document.baseURI, parts) });
  }

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

  private fail(why: string): void {
    this.phase = "failed";
    this.error = {
      code: "worker_died",
      message: `The engine's worker could not start: ${why || "its script could not be loaded"}.`,
      hint: "Reload the page.",
    };
    for (const port of this.waiting.splice(0)) refuse(port, this.error);
  }

  private post(message: ToWorker<SiteUrls>, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }
}

/** Answers in the worker's stead, in the words of the protocol. */
function refuse(port: MessagePort, error: WireError): void {
  const refused: Refused = { type: "refused", id: null, epoch: "none", error };
  port.postMessage(refused);
}

let life = new WorkerLife();

window.addEventListener("message", (event: MessageEvent<ToFrame>) => {
  const [port] = event.ports;
  if (event.source !== window.parent || event.origin !== window.location.origin || port === undefined) return;
  if (event.data.type === "connect") {
    life.connect(port);
    return;
  }
  event.data.type satisfies "restart";
  life.end();
  life = new WorkerLife();
  const restarted: Restarted = { type: "restarted" };
  port.postMessage(restarted);
});
