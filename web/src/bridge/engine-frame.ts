import type { Restarted, ToFrame } from "../engine/frame-messages";
import { EngineError } from "./engine-error";

const RESTART_TIMEOUT_MS = 10_000;

/**
 * The hidden frame that owns the engine worker. It has a policy of its own: the engine may download models, the
 * page and Python may not.
 */
export class EngineFrame {
  private readonly frame: HTMLIFrameElement;
  private readonly loaded: Promise<void>;
  private readonly url: URL;

  /** `url` is the address of engine.html, on this origin; a relative one counts from the document. */
  constructor(url: URL | string, document: Document = window.document) {
    this.url = new URL(url, document.baseURI);
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    this.frame.title = "Engine";
    this.loaded = new Promise((resolve) => {
      // The frame's script has run by then: what is posted before would be lost.
      this.frame.addEventListener(
        "load",
        () => {
          resolve();
        },
        { once: true },
      );
    });
    this.frame.src = this.url.href;
    document.body.append(this.frame);
  }

  /** A port to the worker that runs now, or that is on its way. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    void this.loaded.then(() => {
      this.post({ type: "connect" }, port1);
    });
    return port2;
  }

  /** Ends the worker, whatever it does, and starts another. Rejects with an `EngineError` when the frame is silent. */
  async restart(): Promise<void> {
    await this.loaded;
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new EngineError({
            code: "timeout",
            message: "The engine's frame did not answer.",
            hint: "Reload the page.",
          }),
        );
      }, RESTART_TIMEOUT_MS);
      port2.onmessage = (event: MessageEvent<Restarted>) => {
        event.data.type satisfies "restarted";
        clearTimeout(timer);
        resolve();
      };
      this.post({ type: "restart" }, port1);
    }).finally(() => {
      port2.close();
    });
  }

  /** Removes the frame, and with it the worker. */
  close(): void {
    this.frame.remove();
  }

  private post(message: ToFrame, port: MessagePort): void {
    this.frame.contentWindow?.postMessage(message, this.url.origin, [port]);
  }
}
