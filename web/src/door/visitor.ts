/** One page of another origin at the door: carries its requests to this site's API while a person allows it. */
import { isApiPath } from "../offline/routing";
import { CHUNKS_AHEAD, type DoorState, type FromDoor, type ToDoor } from "./messages";
import type { OtherOrigins } from "./origins";

export interface VisitorOptions {
  origin: string;
  port: MessagePort;
  origins: OtherOrigins;
  /** URL of the site's root. */
  scope: string;
  /** Whether the site's service worker answers what this document fetches. */
  open: () => boolean;
  fetch: (url: URL, init: RequestInit) => Promise<Response>;
}

interface Running {
  leaving: AbortController;
  credit: number;
  /** Called when there is credit again. */
  more: () => void;
}

/** What a page may say with a request; the rest is between this site and its service worker. */
const HEADERS = new Set(["accept", "authorization", "content-type"]);
/** Requests of one page at a time. */
const MOST_RUNNING = 64;

export class Visitor {
  readonly #running = new Map<string, Running>();
  #told: DoorState | null = null;

  constructor(private readonly options: VisitorOptions) {
    const { port, origins, origin } = options;
    port.onmessage = ({ data }: MessageEvent<ToDoor>) => {
      this.#hear(data);
    };
    origins.watch(() => {
      this.#changed();
    });
    if (this.#state === "asking") origins.ask(origin);
    this.#changed();
  }

  get #state(): DoorState {
    const { open, origins, origin } = this.options;
    if (!open()) return "closed";
    return origins.allows(origin) ? "allowed" : "asking";
  }

  #changed(): void {
    const state = this.#state;
    if (state !== "allowed")
      for (const { leaving } of this.#running.values())
        leaving.abort(new Error("This origin may not use the site's model any more."));
    if (state === this.#told) return;
    this.#told = state;
    this.#post({ type: "state", state });
  }

  #hear(message: ToDoor): void {
    switch (message.type) {
      case "fetch":
        void this.#answer(message);
        return;
      case "more": {
        const running = this.#running.get(message.id);
        if (running === undefined) return;
        running.credit += 1;
        running.more();
        return;
      }
      case "leave":
        this.#running.get(message.id)?.leaving.abort();
    }
  }

  async #answer(asked: Extract<ToDoor, { type: "fetch" }>): Promise<void> {
    const { id } = asked;
    const refusal = this.#refusal(asked.path);
    if (refusal !== null) {
      this.#post({ type: "failed", id, message: refusal });
      return;
    }
    const running: Running = { leaving: new AbortController(), credit: CHUNKS_AHEAD, more: () => undefined };
    this.#running.set(id, running);
    try {
      const { scope, fetch } = this.options;
      const { method, headers, body } = asked;
      const given = headers.filter(([name]) => HEADERS.has(name.toLowerCase()));
      const { signal } = running.leaving;
      const said = await fetch(new URL(asked.path, scope), { method, headers: given, body, signal });
      this.#post({ type: "head", id, status: said.status, headers: [...said.headers] });
      if (said.body !== null) await this.#carry(id, running, said.body.getReader());
      this.#post({ type: "end", id });
    } catch (raw) {
      this.#post({ type: "failed", id, message: raw instanceof Error ? raw.message : String(raw) });
    } finally {
      this.#running.delete(id);
    }
  }

  async #carry(
    id: string,
    running: Running,
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    const { signal } = running.leaving;
    for (;;) {
      while (running.credit === 0 && !signal.aborted)
        await new Promise<void>((resolve) => {
          running.more = resolve;
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return;
      running.credit -= 1;
      this.#post({ type: "chunk", id, data: value });
    }
  }

  /** Why a request may not pass; null where it may. */
  #refusal(path: string): string | null {
    const { origin, scope } = this.options;
    switch (this.#state) {
      case "closed":
        return "The site's service worker does not stand behind this door: open the site, or its door as a window.";
      case "asking":
        return `${origin} may not use the model of ${scope} yet: a person allows it there.`;
      case "allowed":
    }
    const { pathname, origin: of } = new URL(path, scope);
    const root = new URL(scope);
    const ours = of === root.origin && pathname.startsWith(root.pathname);
    if (!ours || !isApiPath(pathname.slice(root.pathname.length)))
      return "Only the API lies behind this door.";
    return this.#running.size < MOST_RUNNING
      ? null
      : `${String(MOST_RUNNING)} requests are under way already.`;
  }

  #post(message: FromDoor): void {
    this.options.port.postMessage(message);
  }
}
