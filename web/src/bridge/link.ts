import type { Endpoint } from "../protocol/endpoint";
import type {
  CompletionBody,
  EngineState,
  Load,
  ModelRecord,
  QueryResult,
  StreamEvent,
  WireError,
} from "../protocol/wire";
import { type ClientOptions, EngineClient, type OpeningDraft, type QueryDraft } from "./client";
import { ABORTED, asWireError, EngineError } from "./engine-error";
import { type EventStream, failedStream } from "./event-stream";

export interface LinkOptions extends ClientOptions {
  /** How long a request waits for an engine before it fails, in milliseconds. */
  attachTimeoutMs?: number;
}

const ATTACH_TIMEOUT_MS = 60_000;

/**
 * The engine, whichever worker it is. Workers die and are replaced; a request that is made in between waits for
 * the next one, for a while.
 */
export class EngineLink {
  private client: EngineClient | null = null;
  private arrivals: ((client: EngineClient) => void)[] = [];
  private last: WireError | null = null;

  constructor(private readonly options: LinkOptions = {}) {}

  /** Takes a port to a worker into use, in place of the one before; what still runs there ends as aborted. */
  attach(endpoint: Endpoint): EngineClient {
    this.client?.close();
    const client = new EngineClient(endpoint, this.options);
    this.client = client;
    void client.closed.then((error) => {
      if (this.client === client) this.last = error;
    });
    const waiting = this.arrivals;
    this.arrivals = [];
    for (const arrive of waiting) arrive(client);
    return client;
  }

  load(model: string, device: Load["device"] = "auto"): EventStream {
    return this.stream((client) => client.load(model, device));
  }

  complete(body: CompletionBody): EventStream {
    return this.stream((client) => client.complete(body));
  }

  /** Opens a stream that is neither a load nor an answer. */
  open(draft: OpeningDraft): EventStream {
    return this.stream((client) => client.stream(draft));
  }

  /** Rejects with an `EngineError`. */
  async query(draft: QueryDraft): Promise<QueryResult> {
    return (await this.live(new AbortController().signal)).query(draft);
  }

  /** Rejects with an `EngineError`. */
  async models(): Promise<ModelRecord[]> {
    return (await this.live(new AbortController().signal)).models();
  }

  /** Rejects with an `EngineError`. */
  async status(): Promise<EngineState> {
    return (await this.live(new AbortController().signal)).status();
  }

  private stream(open: (client: EngineClient) => EventStream): EventStream {
    if (this.client?.alive === true) return open(this.client);
    const waiting = new AbortController();
    return new LateStream(this.live(waiting.signal).then(open), waiting);
  }

  /** The client that lives, or the next one. */
  private live(signal: AbortSignal): Promise<EngineClient> {
    const { client } = this;
    if (client?.alive === true) return Promise.resolve(client);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.arrivals = this.arrivals.filter((other) => other !== arrive);
      };
      const arrive = (arrived: EngineClient): void => {
        settle();
        resolve(arrived);
      };
      const timer = setTimeout(() => {
        settle();
        reject(new EngineError(this.absence()));
      }, this.options.attachTimeoutMs ?? ATTACH_TIMEOUT_MS);
      signal.addEventListener("abort", () => {
        settle();
        reject(new EngineError(ABORTED));
      });
      this.arrivals.push(arrive);
    });
  }

  private absence(): WireError {
    if (this.last !== null && this.last.code !== "aborted") return this.last;
    return { code: "timeout", message: "No engine was there in time.", hint: "Reload the page." };
  }
}

/** A stream whose engine is not there yet. */
class LateStream implements EventStream {
  private readonly stream: Promise<EventStream>;

  constructor(
    opening: Promise<EventStream>,
    private readonly waiting: AbortController,
  ) {
    this.stream = opening.catch((raw: unknown) => failedStream(asWireError(raw)));
  }

  async next(): Promise<StreamEvent[] | null> {
    return (await this.stream).next();
  }

  cancel(): void {
    this.waiting.abort();
    void this.stream.then((stream) => {
      stream.cancel();
    });
  }
}
