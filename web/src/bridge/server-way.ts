/**
 * Requests to a server of another origin, which the policy of this worker would refuse: they go over a port to a
 * document whose policy knows that one origin, and their answers come back piece by piece, as they are read.
 */

/** One request; a port of its own comes with it. */
export interface ServerRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
}

/** What the port of a request says towards the document. */
export type ToServer = { type: "pull" } | { type: "abort" };

/** What it says back: the head once, then a piece for each pull. */
export type FromServer =
  | { type: "head"; status: number; headers: [name: string, value: string][] }
  | { type: "piece"; bytes: Uint8Array<ArrayBuffer> | null }
  | { type: "failed"; message: string };

/** The way to a server, in place of the network for one origin. */
export class ServerWay {
  #origin: string | null = null;
  #port: MessagePort | null = null;

  /** Take this way to that origin from now on. */
  open(origin: string, port: MessagePort): void {
    this.#port?.close();
    this.#origin = origin;
    this.#port = port;
  }

  /** Put itself before the scope's `fetch`. Everything that goes elsewhere stays as it was. */
  install(scope: { fetch: typeof fetch }): void {
    const direct = scope.fetch.bind(scope);
    scope.fetch = (input, init) => {
      const port = this.#port;
      const url = input instanceof Request ? input.url : String(input);
      if (port === null || URL.parse(url)?.origin !== this.#origin) return direct(input, init);
      return ask(port, new Request(input, init));
    };
  }
}

async function ask(way: MessagePort, request: Request): Promise<Response> {
  request.signal.throwIfAborted();
  const { port1: port, port2 } = new MessageChannel();
  const body = request.body === null ? null : await request.text();
  const message: ServerRequest = {
    url: request.url,
    method: request.method,
    headers: Object.fromEntries(request.headers.entries()),
    body,
  };
  const answer = new Answer(port, request.signal);
  way.postMessage(message, [port2]);
  return answer.response();
}

/** One answer: its head, and a body that is read only as fast as somebody takes it. */
class Answer {
  readonly #head: Promise<Response>;
  #resolve: (response: Response) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;
  #pulled: (() => void) | null = null;

  constructor(
    private readonly port: MessagePort,
    signal: AbortSignal,
  ) {
    this.#head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    port.onmessage = ({ data }: MessageEvent<FromServer>) => {
      this.#receive(data);
    };
    signal.addEventListener("abort", () => {
      this.#say({ type: "abort" });
      this.#fail(signal.reason);
    });
  }

  response(): Promise<Response> {
    return this.#head;
  }

  #receive(message: FromServer): void {
    switch (message.type) {
      case "head":
        this.#resolve(this.#made(message));
        return;
      case "piece":
        if (message.bytes === null) this.#end();
        else this.#body?.enqueue(message.bytes);
        this.#pulled?.();
        return;
      case "failed":
        this.#fail(new TypeError(message.message));
    }
  }

  #made({ status, headers }: Extract<FromServer, { type: "head" }>): Response {
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#body = controller;
        },
        pull: () =>
          new Promise((resolve) => {
            this.#pulled = resolve;
            this.#say({ type: "pull" });
          }),
        cancel: () => {
          this.#say({ type: "abort" });
          this.port.close();
        },
      },
      { highWaterMark: 0 },
    );
    const empty = [204, 205, 304].includes(status);
    return new Response(empty ? null : stream, { status, headers });
  }

  #end(): void {
    this.#body?.close();
    this.port.close();
  }

  #fail(reason: unknown): void {
    this.#reject(reason);
    try {
      this.#body?.error(reason);
    } catch {
      // The body has ended already.
    }
    this.#pulled?.();
    this.port.close();
  }

  #say(message: ToServer): void {
    this.port.postMessage(message);
  }
}
