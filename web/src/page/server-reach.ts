/** Opens the way from Python to the server that a person has configured, and closes it when there is none any more. */
import type { OpenServer } from "./server-frame";
import type { HiddenFrame } from "./hidden-frame";

export interface ServerReachOptions {
  /** Origin of this page, to which Python has a way of its own. */
  origin: string;
  /** Opens server.html, and hands it the message and the port of the requests. */
  open: (message: OpenServer, requests: MessagePort, signal: AbortSignal) => Promise<HiddenFrame>;
  /** Hands Python its end of the way. */
  tell: (origin: string, port: MessagePort) => void;
}

export class ServerReach {
  #life: AbortController | null = null;

  constructor(private readonly options: ServerReachOptions) {}

  /** Python can send to this address from now on, and to the one before no more. Null: to none. */
  lead(address: string | null): void {
    this.#life?.abort();
    this.#life = null;
    const origin = address === null ? null : (URL.parse(address)?.origin ?? null);
    if (origin === null || origin === this.options.origin) return;
    const life = new AbortController();
    this.#life = life;
    const { port1, port2 } = new MessageChannel();
    this.options.tell(origin, port1);
    this.options.open({ origin }, port2, life.signal).then(
      (frame) => {
        life.signal.addEventListener("abort", () => {
          frame.close();
        });
      },
      (error: unknown) => {
        // Python's requests then end with its own timeout and sentence.
        if (!life.signal.aborted) console.warn("The way to the server could not be opened:", error);
      },
    );
  }
}
