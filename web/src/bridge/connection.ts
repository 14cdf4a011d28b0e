import type { Endpoint } from "../protocol/endpoint";
import { HELLO_TIMEOUT_MS, overlaps } from "../protocol/version";
import {
  type ClientMessage,
  type EngineHello,
  type EngineMessage,
  type EngineState,
  type Opening,
  PROTOCOL,
  type Presence,
  type Query,
  type WireError,
} from "../protocol/wire";
import { Credit } from "./credit";
import { ABORTED, asWireError, EngineError } from "./engine-error";
import { type EventStream, failedStream } from "./event-stream";
import { Exchanges } from "./exchanges";
import { engineWire } from "./wire-tap";

/** The part of `navigator.locks` that tells of a worker's death. */
export interface Locks {
  request(name: string, options: { signal: AbortSignal }, granted: () => void): Promise<unknown>;
}

export interface ClientOptions {
  /** Who asks, for logs. */
  name?: string;
  /** Without Web Locks (an insecure context) a death goes unnoticed until the page is reloaded. */
  locks?: Locks | undefined;
  /** Batches that the engine may send ahead of what was read. */
  credit?: number;
  helloTimeoutMs?: number;
}

type Command = Exclude<ClientMessage, { type: "hello" | "presence" }>;
type Drafted<C extends Command> = C extends Command ? Omit<C, "id" | "epoch"> : never;
/** A command as it is made here: id and epoch are added when it is sent. */
export type Draft = Drafted<Command>;
/** A query without what the connection adds. */
export type QueryDraft = Drafted<Query>;
/** A command that opens a stream, without what the connection adds. */
export type OpeningDraft = Drafted<Opening>;

/** Half a second of text: what asks for more wakes the room, and comes behind half of them. */
const CREDIT = 16;

const DIED: WireError = {
  code: "worker_died",
  message: "The engine's worker has died.",
  hint: "Ask again: the engine is started anew.",
};
const CLOSED: WireError = { code: "aborted", message: "The connection to the engine was closed." };

/** One connection to one engine worker. It ends when the worker dies or `close` is called, and never comes back. */
export class Connection {
  /** The worker's hello. Rejects with an `EngineError` when there is none. */
  readonly ready: Promise<EngineHello>;
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<WireError>;

  private current: EngineState = { type: "empty" };
  private hello: EngineHello | null = null;
  private ending: WireError | null = null;
  private readonly exchanges = new Exchanges();
  private readonly listeners = new Set<(state: EngineState) => void>();
  private readonly life = new AbortController();
  /** Batches that the engine may send ahead of what was read. */
  protected readonly credit: number;
  private greeted!: (hello: EngineHello) => void;
  private refused!: (error: EngineError) => void;
  private ended!: (error: WireError) => void;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly options: ClientOptions = {},
  ) {
    this.credit = options.credit ?? CREDIT;
    this.ready = new Promise((resolve, reject) => {
      this.greeted = resolve;
      this.refused = reject;
    });
    // Who does not wait for the hello learns of the failure from its streams.
    this.ready.catch(() => undefined);
    this.closed = new Promise((resolve) => {
      this.ended = resolve;
    });
    endpoint.addEventListener("message", this.receive);
    // Where a port tells that its other side is gone, even a worker that died before its hello is noticed at once.
    if (endpoint instanceof EventTarget)
      endpoint.addEventListener("close", () => {
        this.end(DIED);
      });
    endpoint.start?.();
    this.post({ type: "hello", protocol: PROTOCOL, client: options.name ?? "page" });
    this.expectHello(options.helloTimeoutMs ?? HELLO_TIMEOUT_MS);
  }

  /** What the engine last said of itself. */
  get state(): EngineState {
    return this.current;
  }

  /** False once the connection has ended. */
  get alive(): boolean {
    return this.ending === null;
  }

  /** Tells a listener the state, now and at every change, until `signal` aborts. */
  onState(listener: (state: EngineState) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener), { once: true });
    listener(this.current);
  }

  /** Tells the engine whether this page is looked at, and how its device is powered. */
  present(presence: Pick<Presence, "visible" | "power">): void {
    this.whenReady(() => {
      if (this.hello !== null && this.ending === null)
        this.post({ type: "presence", epoch: this.hello.epoch, ...presence });
    });
  }

  /** Ends the connection; what runs on it is cancelled and ends with `aborted`. */
  close(): void {
    if (this.ending !== null) return;
    this.exchanges.cancelAll();
    this.end(CLOSED);
  }

  /** Gives the engine up, alive or not: what runs on it is ended there, and ends here with `error`. */
  abandon(error: WireError): void {
    if (this.ending !== null) return;
    // A port that closes says the same, in browsers where the other side hears of it.
    for (const id of this.exchanges.running()) this.send({ type: "cancel" }, id);
    this.end(error);
  }

  /** Opens a stream; `withCredit`: it goes on as fast as it is read. */
  protected open(draft: Draft, withCredit: boolean): EventStream {
    if (this.ending !== null) return failedStream(this.ending);
    const id = this.exchanges.id();
    const credit = new Credit(withCredit && "credit" in draft ? draft.credit : 0, (batches) => {
      this.send({ type: "credit", batches }, id);
    });
    const stream = this.exchanges.openStream(id, {
      consumed: () => {
        credit.consumed();
      },
      cancelled: () => {
        if (this.hello === null) this.exchanges.settle(id, ABORTED);
        else this.send({ type: "cancel" }, id);
      },
    });
    this.whenReady(() => {
      if (this.exchanges.runs(id)) this.send(draft, id);
    });
    return stream;
  }

  /** Asks what has one answer. Rejects with an `EngineError`. */
  protected ask(draft: Draft): Promise<EngineMessage> {
    if (this.ending !== null) return Promise.reject(new EngineError(this.ending));
    const id = this.exchanges.id();
    this.whenReady(() => {
      this.send(draft, id);
    });
    return this.exchanges.openReply(id);
  }

  private whenReady(send: () => void): void {
    // Not by `ready.then` alone: what is sent after the hello must not wait a turn behind what came before it.
    if (this.hello !== null) send();
    else this.ready.then(send, () => undefined);
  }

  private send(draft: Draft, id: string): void {
    if (this.hello !== null && this.ending === null) this.post({ ...draft, id, epoch: this.hello.epoch });
  }

  private post(message: ClientMessage): void {
    engineWire.tell(message, true);
    this.endpoint.postMessage(message);
  }

  private readonly receive = (event: MessageEvent): void => {
    const message = event.data as EngineMessage;
    engineWire.tell(message, false);
    if (message.type === "hello") {
      this.greet(message);
      return;
    }
    // A refused hello comes before any epoch is known; everything else of another life is dropped.
    if (this.hello !== null && message.epoch !== this.hello.epoch) return;
    switch (message.type) {
      case "batch":
        if (!this.exchanges.deliver(message)) this.send({ type: "cancel" }, message.id);
        return;
      case "status":
        this.setState(message.state);
        if (message.id !== null) this.exchanges.reply(message.id, message);
        return;
      case "models":
        this.exchanges.reply(message.id, message);
        return;
      case "reply":
        this.exchanges.reply(message.id, message);
        return;
      case "refused":
        this.refuse(message.id, message.error);
        return;
      default:
        message satisfies never;
    }
  };

  private greet(hello: EngineHello): void {
    if (!overlaps(PROTOCOL, hello.protocol)) {
      this.end({
        code: "protocol_mismatch",
        message: "The engine and this page are of different versions.",
        hint: "Reload the page.",
        details: { engine: hello.protocol, client: PROTOCOL },
      });
      return;
    }
    this.hello = hello;
    this.setState(hello.state);
    this.watch(hello.lock);
    this.greeted(hello);
  }

  /** Getting the worker's lock means that the worker has let it go, and it does that only by dying. */
  private watch(lock: string): void {
    const { signal } = this.life;
    this.options.locks
      ?.request(lock, { signal }, () => {
        this.end(DIED);
      })
      .catch((raw: unknown) => {
        if (!signal.aborted) this.end(asWireError(raw));
      });
  }

  private expectHello(timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.end({
        code: "timeout",
        message: `The engine's worker did not answer within ${String(timeoutMs / 1000)} seconds.`,
        hint: "Reload the page.",
      });
    }, timeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
    };
    this.ready.then(stop, stop);
  }

  private refuse(id: string | null, error: WireError): void {
    // Nothing that this client sends can be refused without an id, but its hello.
    if (id === null) this.end(error);
    else this.exchanges.settle(id, error);
  }

  private setState(state: EngineState): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }

  private end(error: WireError): void {
    if (this.ending !== null) return;
    this.ending = error;
    this.life.abort();
    this.endpoint.removeEventListener("message", this.receive);
    this.endpoint.close?.();
    this.exchanges.settleAll(error);
    this.refused(new EngineError(error));
    this.ended(error);
  }
}
