/** One request in the hands of one tab, until its answer has ended on either side. */
import type { ApiRequest, FromApi, ToApi } from "../protocol/api-exchange";
import { BROKEN, errorEvent, problem, pythonProblem } from "./problems";

/** Chunks that lie ready for a client that reads slowly; Python waits with the next. */
const READY_CHUNKS = 8;
/** Statuses whose answers have no body, not even an empty one. */
const BODILESS = new Set([204, 205, 304]);

export class ApiExchange {
  readonly #life = new AbortController();
  readonly #port: MessagePort;
  readonly #answered: Promise<Response | null>;
  #answer!: (response: Response | null) => void;
  #reader: ReadableStreamDefaultController<Uint8Array> | null = null;
  #events = false;

  constructor(
    host: { port: MessagePort; lock: string },
    locks: Pick<LockManager, "request">,
    private readonly openai: boolean,
  ) {
    this.#port = host.port;
    this.#answered = new Promise((resolve) => (this.#answer = resolve));
    host.port.onmessage = ({ data }: MessageEvent<FromApi>) => {
      this.#hear(data);
    };
    locks
      .request(host.lock, { signal: this.#life.signal }, () => {
        this.#lost();
      })
      .catch((raw: unknown) => {
        if (!this.#life.signal.aborted) console.error("The lock of Python's worker failed:", raw);
      });
  }

  /** The answer, once it has a head; null where the tab has gone before. */
  ask(request: ApiRequest, body: Uint8Array<ArrayBuffer>): Promise<Response | null> {
    this.#post({ type: "request", request, body });
    return this.#answered;
  }

  /** The client has gone. */
  leave(): void {
    if (this.#life.signal.aborted) return;
    this.#post({ type: "leave" });
    // Before the head the browser still waits for an answer, which nobody hears.
    this.#answer(Response.error());
    this.#end();
  }

  #hear(message: FromApi): void {
    if (this.#life.signal.aborted) return;
    switch (message.type) {
      case "head":
        this.#begin(message.status, message.headers);
        return;
      case "chunk":
        if (message.data.length > 0) this.#reader?.enqueue(message.data);
        if (message.last) this.#close();
        return;
      case "failed":
        this.#break(pythonProblem(message.error));
        return;
      case "accepted":
      case "refused":
        return;
    }
  }

  #begin(status: number, headers: [string, string][]): void {
    const answer = { status, headers };
    this.#events = headers.some(
      ([name, value]) => name === "content-type" && value.startsWith("text/event-stream"),
    );
    if (BODILESS.has(status)) {
      this.#answer(new Response(null, answer));
      return;
    }
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#reader = controller;
        },
        pull: () => {
          this.#post({ type: "more", chunks: 1 });
        },
        cancel: () => {
          this.leave();
        },
      },
      new CountQueuingStrategy({ highWaterMark: READY_CHUNKS }),
    );
    this.#answer(new Response(stream, answer));
  }

  /** The tab has gone. Before the head nobody has heard of it, and another one may answer. */
  #lost(): void {
    if (this.#life.signal.aborted) return;
    if (this.#reader === null) {
      this.#answer(null);
      this.#end();
    } else this.#break(BROKEN);
  }

  #break(what: Parameters<typeof problem>[0]): void {
    const reader = this.#reader;
    if (reader === null) this.#answer(problem(what, this.openai));
    else if (this.#events) {
      // The status has been sent: what is left is an event, as Python itself would end a stream.
      reader.enqueue(errorEvent(what));
      reader.close();
    } else reader.error(new TypeError(what.detail));
    this.#end();
  }

  #close(): void {
    this.#reader?.close();
    this.#end();
  }

  #end(): void {
    this.#life.abort();
    this.#port.close();
  }

  #post(message: ToApi): void {
    this.#port.postMessage(message);
  }
}
