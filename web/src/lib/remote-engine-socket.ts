import type { Endpoint } from "../protocol/endpoint";
import type { WireError } from "../protocol/wire";

/** The subprotocol of the socket, and what stands before a token that travels beside it. */
const PROTOCOL = "webllm";
const TOKEN_PREFIX = "webllm.token.";
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Closed with this code, the server wants nothing more of this page. */
const POLICY_VIOLATION = 1008;

/** What a server may ask of an engine that is offered to it: to compute, and nothing of what lies in this browser. */
const MAY = new Set([
  "hello",
  "complete",
  "complete_text",
  "embed",
  "credit",
  "cancel",
  "models",
  "status",
  "ping",
]);
const STREAMS = new Set(["complete", "complete_text"]);
const LAST = new Set(["finished", "failure"]);

const NOT_OFFERED: WireError = {
  code: "unsupported",
  message: "This tab offers its engine for answers only.",
};

/** Whatever gives ports to an engine: `startEngine()`, `EngineFrame`, `initBrowserAmplifier()`'s engine. */
export interface OfferableEngine {
  connect(): Endpoint | Promise<Endpoint>;
}

export type OfferState =
  | { type: "connecting" }
  /** The server may ask the engine. */
  | { type: "offered" }
  /** The server is not there; the next try comes by itself. */
  | { type: "waiting"; retryInMs: number }
  /** It is over: withdrawn, or the server wants none. */
  | { type: "ended" };

export interface OfferOptions {
  /** What the server asks of engines, where it does. */
  token?: string;
  /** Withdraws the offer. */
  signal?: AbortSignal;
  onState?: (state: OfferState) => void;
}

/** An engine while it is offered. */
export interface EngineOffer {
  readonly state: OfferState;
  withdraw(): void;
}

/** What of a message this file reads. */
interface Message {
  type: string;
  id?: string;
  epoch?: string;
  events?: { type: string }[];
}

/**
 * Offers an engine to `webllm-api`: connects a socket to a port of the engine, and again whenever the connection is
 * lost, until it is withdrawn.
 *
 * `url` is the address of the server's socket, such as `wss://host/webllm/engine`. A relative one counts from the
 * page: `offerEngine("/webllm/engine", engine)`.
 */
export function offerEngine(
  url: string | URL,
  engine: OfferableEngine,
  options: OfferOptions = {},
): EngineOffer {
  const address = new URL(url, globalThis.location.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  const offer = new Offer(address, engine, options);
  offer.connect();
  return offer;
}

class Offer implements EngineOffer {
  #state: OfferState = { type: "connecting" };
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST_PAUSE_MS;

  constructor(
    private readonly url: URL,
    private readonly engine: OfferableEngine,
    private readonly options: OfferOptions,
  ) {
    options.signal?.addEventListener("abort", this.withdraw, { once: true });
  }

  get state(): OfferState {
    return this.#state;
  }

  connect(): void {
    if (this.options.signal?.aborted === true) {
      this.#become({ type: "ended" });
      return;
    }
    this.#become({ type: "connecting" });
    const { token } = this.options;
    const protocols = token === undefined ? [PROTOCOL] : [PROTOCOL, `${TOKEN_PREFIX}${token}`];
    const socket = new WebSocket(this.url, protocols);
    this.#socket = socket;
    let carried: Carried | null = null;
    const early: unknown[] = [];
    socket.addEventListener("open", () => {
      this.#pause = FIRST_PAUSE_MS;
      void this.#port().then((port) => {
        if (port === null || socket.readyState !== WebSocket.OPEN) {
          port?.close?.();
          socket.close();
          return;
        }
        carried = new Carried(socket, port);
        for (const data of early) carried.toEngine(data);
        this.#become({ type: "offered" });
      });
    });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (carried === null) early.push(data);
      else carried.toEngine(data);
    });
    // It comes after every error as well.
    socket.addEventListener("close", ({ code }) => {
      carried?.close();
      if (this.#state.type !== "ended") this.#lost(code);
    });
  }

  readonly withdraw = (): void => {
    this.options.signal?.removeEventListener("abort", this.withdraw);
    clearTimeout(this.#timer);
    this.#become({ type: "ended" });
    this.#socket?.close();
  };

  /** A port to the engine; null where there is none now: the next try may find one. */
  async #port(): Promise<Endpoint | null> {
    try {
      return await this.engine.connect();
    } catch (raw) {
      console.warn("The engine that is offered could not be reached:", raw);
      return null;
    }
  }

  #lost(code: number): void {
    if (code === POLICY_VIOLATION) {
      this.withdraw();
      return;
    }
    const retryInMs = this.#pause;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    this.#become({ type: "waiting", retryInMs });
    this.#timer = setTimeout(() => {
      this.connect();
    }, retryInMs);
  }

  #become(state: OfferState): void {
    if (this.#state.type === "ended") return;
    this.#state = state;
    this.options.onState?.(state);
  }
}

/** One socket and one port, and what runs over them. */
class Carried {
  readonly #running = new Map<string, string>();

  constructor(
    private readonly socket: WebSocket,
    private readonly port: Endpoint,
  ) {
    port.addEventListener("message", this.#fromEngine);
    port.start?.();
  }

  toEngine(data: unknown): void {
    const message = readMessage(data);
    if (message === null) {
      this.socket.close(1007, "That message cannot be read.");
    } else if (MAY.has(message.type)) {
      const { type, id, epoch } = message;
      if (STREAMS.has(type) && id !== undefined && epoch !== undefined) this.#running.set(id, epoch);
      this.port.postMessage(message);
    } else {
      const { id = null, epoch = "" } = message;
      this.socket.send(JSON.stringify({ type: "refused", id, epoch, error: NOT_OFFERED }));
    }
  }

  /** Ends what the server has begun: nobody would read it. */
  close(): void {
    for (const [id, epoch] of this.#running) this.port.postMessage({ type: "cancel", id, epoch });
    this.#running.clear();
    this.port.removeEventListener("message", this.#fromEngine);
    this.port.close?.();
  }

  readonly #fromEngine = ({ data }: MessageEvent<Message>): void => {
    const last = data.events?.at(-1);
    const ends = data.type === "refused" || (last !== undefined && LAST.has(last.type));
    if (data.id !== undefined && ends) this.#running.delete(data.id);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(data));
  };
}

function readMessage(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
