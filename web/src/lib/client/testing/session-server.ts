/** A server of sessions in memory, which breaks its sockets when it is told to: as `webllm-api` behaves. */
import type { SessionSocket } from "../session-asker";

interface Asked {
  id: string;
  options: { flashcards: { topic: string; count: number } };
}

export class SessionServer {
  /** The ids of what was begun, each once however often it was asked. */
  readonly begun: string[] = [];
  readonly requests: string[] = [];
  readonly #results = new Map<string, unknown>();
  #socket: SessionSocket | null = null;
  /** Sessions that there were. */
  sessions = 0;
  alive = false;

  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(new Request(input).url);
    const method = init?.method ?? "GET";
    this.requests.push(`${method} ${pathname}`);
    return Promise.resolve(this.#answer(method, pathname));
  };

  readonly open = (): SessionSocket => {
    const socket: SessionSocket = {
      send: (text) => {
        this.#hear(JSON.parse(text) as { type: string } & Asked);
      },
      close: () => socket.onclose?.(),
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    this.#socket = socket;
    queueMicrotask(() => {
      socket.onopen?.();
      for (const [id, data] of this.#results) this.#say({ type: "result", id, data });
    });
    return socket;
  };

  /** The connection is lost. */
  break(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.onclose?.();
  }

  /** The session is over, as after half an hour. */
  expire(): void {
    this.alive = false;
    this.#results.clear();
    this.begun.length = 0;
  }

  finish(id: string, data: unknown): void {
    this.#results.set(id, data);
    this.#say({ type: "result", id, data });
  }

  fail(id: string): void {
    this.#say({ type: "error", id, error: "No engine has gone.", code: "NO_ENGINE" });
  }

  get waiting(): string[] {
    return [...this.#results.keys()];
  }

  #answer(method: string, path: string): Response {
    if (path.endsWith("/v1/models")) return Response.json({ data: [{ id: "scripted-1" }] });
    if (method === "POST") {
      this.sessions += 1;
      this.alive = true;
    }
    const told = { sessionId: String(this.sessions), wsUrl: "wss://host/socket" };
    return this.alive
      ? Response.json(told)
      : Response.json({ detail: "No session.", code: "NOT_FOUND" }, { status: 404 });
  }

  #hear(message: { type: string } & Asked): void {
    if (message.type === "received") this.#results.delete(message.id);
    else if (!this.begun.includes(message.id)) this.begun.push(message.id);
  }

  #say(message: object): void {
    this.#socket?.onmessage?.({ data: JSON.stringify(message) });
  }
}
