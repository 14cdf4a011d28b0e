import { canBeContinued, endingOf, shortened } from "../protocol/continuing";
import type { Endpoint } from "../protocol/endpoint";
import type {
  CompletionBody,
  EngineState,
  Load,
  ModelRecord,
  Opening,
  Presence,
  Query,
  QueryResult,
  WireError,
} from "../protocol/wire";
import {
  type ClientOptions,
  EngineClient,
  type LoadWishes,
  type OpeningDraft,
  type QueryDraft,
} from "./client";
import { ABORTED, EngineError } from "./engine-error";
import { endedStream, type EventStream } from "./event-stream";
import { type Connections, ReplayedStream, type Request } from "./replay";

export interface LinkOptions extends ClientOptions {
  /** How long a request waits for an engine, or for a model in one, before it fails, in milliseconds. */
  attachTimeoutMs?: number;
  /** How long a request that lost its engine waits for a load that is under way, in milliseconds. */
  reloadTimeoutMs?: number;
}

const ATTACH_TIMEOUT_MS = 60_000;
const RELOAD_TIMEOUT_MS = 300_000;

/** Queries that change nothing: asked again where the room died before it answered. */
const READS: ReadonlySet<Query["type"]> = new Set([
  "ping",
  "assess",
  "recommend",
  "stored",
  "diagnose",
  "embed",
  "ladder",
  "batches",
]);

/** Streams of which nothing is lost or doubled when they are opened again. */
const REPEATABLE: ReadonlySet<Opening["type"]> = new Set(["fetch", "observe", "complete_text"]);

const REPLACED: WireError = {
  code: "worker_died",
  message: "Another engine has taken this one's place.",
  hint: "Ask again.",
};

/**
 * The engine, whichever worker it is. Workers die and are replaced; a request that is made in between waits for
 * the next one, for a while, and one that was cut goes on there where that can be (`ReplayedStream`).
 */
export class EngineLink implements Connections {
  private client: EngineClient | null = null;
  private arrivals: ((client: EngineClient) => void)[] = [];
  private last: WireError | null = null;
  private presence: Pick<Presence, "visible" | "power"> | null = null;

  constructor(private readonly options: LinkOptions = {}) {}

  /** Takes a port to a worker into use, in place of the one before. What still runs there goes on at this one. */
  attach(endpoint: Endpoint): EngineClient {
    const before = this.client;
    const client = new EngineClient(endpoint, this.options);
    this.client = client;
    before?.abandon(REPLACED);
    void client.closed.then((error) => {
      if (this.client === client) this.last = error;
    });
    if (this.presence !== null) client.present(this.presence);
    const waiting = this.arrivals;
    this.arrivals = [];
    for (const arrive of waiting) arrive(client);
    return client;
  }

  load(model: string, device: Load["device"] = "auto", wishes: LoadWishes = {}): EventStream {
    return this.stream({ open: (client) => client.load(model, device, wishes), needsModel: false });
  }

  complete(body: CompletionBody): EventStream {
    return this.stream({
      open: (client) => client.complete(body),
      goOn: (client, text, tokens) => {
        // It was cut behind its last token: nothing is missing but its end.
        if (tokens >= (body.max_tokens ?? Infinity)) return endedStream(endingOf("length", tokens, 0));
        if (!continues(client) || !canBeContinued(body, text)) return null;
        const continue_text = (body.continue_text ?? "") + text;
        return client.complete({ ...body, ...shortened(body, tokens), continue_text });
      },
      needsModel: true,
    });
  }

  /** Opens a stream that is neither a load nor an answer. */
  open(draft: OpeningDraft): EventStream {
    return this.stream({
      open: (client) => client.stream(draft),
      needsModel: draft.type === "complete_text",
      ...(REPEATABLE.has(draft.type) ? {} : { once: true }),
    });
  }

  /** Rejects with an `EngineError`. */
  query(draft: QueryDraft): Promise<QueryResult> {
    return this.asked((client) => client.query(draft), READS.has(draft.type));
  }

  /** Gives the model's memory back. Rejects with an `EngineError`. */
  unload(): Promise<EngineState> {
    return this.asked((client) => client.unload(), false);
  }

  /** Rejects with an `EngineError`. */
  models(): Promise<ModelRecord[]> {
    return this.asked((client) => client.models(), true);
  }

  /** The state: asked for now, but where a model is ready, which engines tell of by themselves. Rejects with an `EngineError`. */
  status(): Promise<EngineState> {
    const state = this.living?.state;
    if (state?.type === "ready") return Promise.resolve(state);
    return this.asked((client) => client.status(), true);
  }

  /** Tells this engine, and each that takes its place, what is known of the page behind this link. */
  present(presence: Pick<Presence, "visible" | "power">): void {
    this.presence = presence;
    this.living?.present(presence);
  }

  get living(): EngineClient | null {
    return this.client?.alive === true ? this.client : null;
  }

  next(signal: AbortSignal): Promise<EngineClient> {
    const { living } = this;
    if (living !== null) return Promise.resolve(living);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.arrivals = this.arrivals.filter((other) => other !== arrive);
        signal.removeEventListener("abort", abort);
      };
      const arrive = (arrived: EngineClient): void => {
        settle();
        resolve(arrived);
      };
      const abort = (): void => {
        settle();
        reject(new EngineError(ABORTED));
      };
      const timer = setTimeout(() => {
        settle();
        reject(new EngineError(this.absence()));
      }, this.attachTimeoutMs);
      if (signal.aborted) abort();
      else {
        signal.addEventListener("abort", abort);
        this.arrivals.push(arrive);
      }
    });
  }

  private get attachTimeoutMs(): number {
    return this.options.attachTimeoutMs ?? ATTACH_TIMEOUT_MS;
  }

  private stream(request: Request): EventStream {
    return new ReplayedStream(this, request, {
      emptyMs: this.attachTimeoutMs,
      loadMs: this.options.reloadTimeoutMs ?? RELOAD_TIMEOUT_MS,
    });
  }

  private async asked<T>(ask: (client: EngineClient) => Promise<T>, again: boolean): Promise<T> {
    const { signal } = new AbortController();
    const client = await this.next(signal);
    try {
      return await ask(client);
    } catch (raw) {
      if (!again || client.alive) throw raw;
      return ask(await this.next(signal));
    }
  }

  private absence(): WireError {
    if (this.last !== null && this.last.code !== "aborted") return this.last;
    return { code: "timeout", message: "No engine was there in time.", hint: "Reload the page." };
  }
}

const continues = ({ state }: EngineClient): boolean =>
  state.type === "ready" && state.model.capabilities.continues === true;
