/**
 * A session of `webllm-api`. Its socket may break at any moment: what was asked is asked again under the same id, and
 * the server, which knows it, begins nothing twice and keeps each result until it hears that it was received.
 */
import { ApiError, answerOf } from "./api-error";
import type { Asker, CardsAsked } from "./asker";

/** The part of a `WebSocket` that a session needs. */
export interface SessionSocket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

export interface SessionAskerOptions {
  root: URL;
  modelId: string | undefined;
  token: string;
  fetch: typeof globalThis.fetch;
  /** Opens a socket. */
  open: (url: string) => SessionSocket;
  newId: () => string;
  /** Before the first try to connect again, in milliseconds; it doubles up to half a minute. */
  firstPauseMs: number;
}

interface SessionTold {
  sessionId: string;
  wsUrl: string;
}

type FromServer =
  | { type: "progress"; id: string; progress: number; message: string }
  | { type: "result"; id: string; data: unknown }
  | { type: "error"; id: string; error: string; code: string };

interface Pending {
  asked: CardsAsked;
  resolve: (data: unknown) => void;
  reject: (error: unknown) => void;
}

const SESSIONS = "api/webllm/session";
const LONGEST_PAUSE_MS = 30_000;

export class SessionAsker implements Asker {
  model: string | null;
  readonly #pending = new Map<string, Pending>();
  readonly #life = new AbortController();
  #session: string | null = null;
  #socket: SessionSocket | null = null;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause: number;

  constructor(private readonly options: SessionAskerOptions) {
    this.model = options.modelId ?? null;
    this.#pause = options.firstPauseMs;
  }

  async initialize(): Promise<void> {
    const models = await answerOf<{ data: { id: string }[] }>(await this.#ask("v1/models", "GET"));
    this.model ??= models.data[0]?.id ?? null;
    this.#connect(await this.#create());
  }

  cards(asked: CardsAsked): Promise<unknown> {
    const id = this.options.newId();
    return new Promise((resolve, reject) => {
      if (this.#life.signal.aborted) {
        reject(closed());
        return;
      }
      this.#pending.set(id, { asked, resolve, reject });
      asked.signal?.addEventListener("abort", () => {
        // The server goes on, for its cache; nobody here waits for it.
        if (this.#pending.delete(id)) reject(closed());
      });
      this.#say(id);
    });
  }

  close(): void {
    if (this.#life.signal.aborted) return;
    const session = this.#session;
    clearTimeout(this.#timer);
    for (const { reject } of this.#pending.values()) reject(closed());
    this.#pending.clear();
    // Told while the page may be on its way out; nobody waits for what comes of it.
    if (session !== null) void this.#ask(`${SESSIONS}/${session}`, "DELETE").catch(() => undefined);
    this.#life.abort();
    this.#socket?.close();
  }

  async #create(): Promise<SessionTold> {
    const { modelId } = this.options;
    const told = await answerOf<SessionTold>(
      await this.#ask(SESSIONS, "POST", modelId === undefined ? {} : { modelId }),
    );
    this.#session = told.sessionId;
    return told;
  }

  #connect({ wsUrl }: SessionTold): void {
    if (this.#life.signal.aborted) return;
    const socket = this.options.open(wsUrl);
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.#pause = this.options.firstPauseMs;
      for (const id of this.#pending.keys()) this.#say(id);
    };
    socket.onmessage = ({ data }) => {
      void this.#hear(JSON.parse(String(data)) as FromServer);
    };
    socket.onclose = () => {
      this.#open = false;
      this.#again();
    };
  }

  /** Another ticket for the same session; another session where that one is over. */
  #again(): void {
    if (this.#life.signal.aborted) return;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => {
      this.#renew().then(
        (told) => {
          this.#connect(told);
        },
        (raw: unknown) => {
          this.#unreachable(raw);
        },
      );
    }, pause);
  }

  async #renew(): Promise<SessionTold> {
    const response = await this.#ask(`${SESSIONS}/${this.#session ?? ""}`, "GET");
    return response.status === 404 ? this.#create() : answerOf<SessionTold>(response);
  }

  /** A refusal is final; a server that is away comes back. */
  #unreachable(raw: unknown): void {
    const refused = raw instanceof ApiError && (raw.facts.status ?? 500) < 500;
    if (!refused) {
      this.#again();
      return;
    }
    for (const { reject } of this.#pending.values()) reject(raw);
    this.#pending.clear();
  }

  async #hear(message: FromServer): Promise<void> {
    const pending = this.#pending.get(message.id);
    if (message.type === "progress") {
      pending?.asked.onProgress(message);
      return;
    }
    if (pending !== undefined && message.type === "result") {
      try {
        await pending.asked.keep(message.data);
      } finally {
        pending.resolve(message.data);
      }
    }
    if (message.type === "error")
      pending?.reject(new ApiError(message.error, { status: null, code: message.code, hint: null }));
    this.#pending.delete(message.id);
    // Only now: until it hears this, the server has the result for the next connection.
    if (this.#open) this.#socket?.send(JSON.stringify({ type: "received", id: message.id }));
  }

  #say(id: string): void {
    const pending = this.#pending.get(id);
    if (!this.#open || pending === undefined) return;
    const { topic, count, ...settings } = pending.asked.request;
    const options = { ...settings, flashcards: { topic, count } };
    this.#socket?.send(JSON.stringify({ type: "generate", id, options }));
  }

  #ask(path: string, method: string, body?: object): Promise<Response> {
    const { root, token, fetch } = this.options;
    return fetch(new URL(path, root), {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      keepalive: method === "DELETE",
    });
  }
}

const closed = (): DOMException => new DOMException("Nobody waits for the answer any more.", "AbortError");
