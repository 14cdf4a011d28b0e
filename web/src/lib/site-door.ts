/** The API of a site of this project, for pages of other origins: a person allows them once, in that site. */
import type { DoorReady, DoorState, FromDoor, ToDoor, DoorKnock } from "../door/messages";

export interface SiteDoorOptions {
  /**
   * `frame` is unseen. Browsers keep a frame's storage apart where the two sites have no domain in common: then
   * `state` is `closed`, and only a `window` works, which must be opened by a click and stays open.
   */
  how?: "frame" | "window";
  /** Closes the door. */
  signal?: AbortSignal;
  onState?: (state: DoorState) => void;
}

/** A door that has been opened. */
export interface SiteDoor {
  readonly state: DoorState;
  /** Resolves once a person has allowed this origin; rejects where the door is closed, or `signal` aborts. */
  allowed(signal?: AbortSignal): Promise<void>;
  /** `fetch` for addresses of that site's API. Give it to OpenAI's client, with the site's `v1` as `baseURL`. */
  readonly fetch: typeof globalThis.fetch;
  close(): void;
}

/** For the door's first word; a site that is not there says none. */
const READY_MS = 20_000;
const DOCUMENT = "api-door.html";
const BODILESS = new Set([101, 204, 205, 304]);

/** Opens the door of the site whose root is `site`. Rejects with a `TypeError` where there is none. */
export async function openSiteDoor(site: string | URL, options: SiteDoorOptions = {}): Promise<SiteDoor> {
  const root = new URL("./", new URL(site, globalThis.location.href));
  const { how = "frame", signal } = options;
  const place = how === "frame" ? openFrame(root) : openWindow(root);
  try {
    await ready(place.window, root.origin, signal);
  } catch (raw) {
    place.close();
    throw raw;
  }
  const { port1, port2 } = new MessageChannel();
  const door = new Door(root, port1, options, place.close);
  place.window.postMessage({ type: "webllm_door_knock" } satisfies DoorKnock, root.origin, [port2]);
  await door.stated;
  return door;
}

interface Place {
  window: Window;
  close: () => void;
}

function openFrame(root: URL): Place {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = `The API of ${root.href}`;
  frame.src = new URL(DOCUMENT, root).href;
  document.body.append(frame);
  const { contentWindow } = frame;
  if (contentWindow === null) throw new TypeError("This page cannot open frames.");
  return {
    window: contentWindow,
    close: () => {
      frame.remove();
    },
  };
}

function openWindow(root: URL): Place {
  const opened = window.open(new URL(DOCUMENT, root), "_blank", "popup,width=440,height=480");
  if (opened === null)
    throw new TypeError("The browser has blocked the window: open the door when somebody clicks.");
  return {
    window: opened,
    close: () => {
      opened.close();
    },
  };
}

function ready(place: Window, origin: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const life = new AbortController();
    const end = (act: () => void): void => {
      life.abort();
      clearTimeout(timer);
      act();
    };
    const aborted = (): void => {
      end(() => {
        reject(new DOMException("Nobody waits for the door any more.", "AbortError"));
      });
    };
    const timer = setTimeout(() => {
      end(() => {
        reject(new TypeError(`${origin} did not open its door: there is no site of this project.`));
      });
    }, READY_MS);
    globalThis.addEventListener(
      "message",
      ({ source, origin: of, data }: MessageEvent<DoorReady | null>) => {
        if (source === place && of === origin && data?.type === "webllm_door_ready") end(resolve);
      },
      { signal: life.signal },
    );
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { signal: life.signal });
  });
}

interface Pending {
  answer: (response: Response) => void;
  fail: (error: unknown) => void;
  body: ReadableStreamDefaultController<Uint8Array> | null;
}

class Door implements SiteDoor {
  /** Resolves with the first state. */
  readonly stated: Promise<void>;
  readonly #pending = new Map<string, Pending>();
  readonly #watchers = new Set<() => void>();
  #state: DoorState = "closed";
  #over = false;

  constructor(
    private readonly root: URL,
    private readonly port: MessagePort,
    private readonly options: SiteDoorOptions,
    private readonly shut: () => void,
  ) {
    this.stated = new Promise((resolve) => this.#watchers.add(resolve));
    port.onmessage = ({ data }: MessageEvent<FromDoor>) => {
      this.#hear(data);
    };
    options.signal?.addEventListener("abort", () => {
      this.close();
    });
  }

  get state(): DoorState {
    return this.#state;
  }

  allowed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.#over && this.#state === "asking" && signal?.aborted !== true) return;
        this.#watchers.delete(look);
        signal?.removeEventListener("abort", look);
        if (this.#state === "allowed" && !this.#over) resolve();
        else reject(new DOMException(`${this.root.href} has not allowed this page.`, "AbortError"));
      };
      this.#watchers.add(look);
      signal?.addEventListener("abort", look);
      look();
    });
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(this.root.href))
      throw new TypeError(`${request.url} does not lie behind the door of ${this.root.href}.`);
    const body = request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer();
    request.signal.throwIfAborted();
    if (this.#over) throw new TypeError("The door has been closed.");
    const id = crypto.randomUUID();
    return new Promise((answer, fail) => {
      this.#pending.set(id, { answer, fail, body: null });
      request.signal.addEventListener("abort", () => {
        this.#leave(id, request.signal.reason);
      });
      this.#post({
        type: "fetch",
        id,
        path: request.url.slice(this.root.href.length),
        method: request.method,
        headers: [...request.headers],
        body,
      });
    });
  };

  close(): void {
    if (this.#over) return;
    for (const id of this.#pending.keys()) this.#leave(id, new TypeError("The door has been closed."));
    this.#over = true;
    for (const watcher of this.#watchers) watcher();
    this.port.close();
    this.shut();
  }

  #hear(message: FromDoor): void {
    if (message.type === "state") {
      this.#state = message.state;
      this.options.onState?.(message.state);
      for (const watcher of this.#watchers) watcher();
      return;
    }
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    switch (message.type) {
      case "head":
        this.#begin(message, pending);
        return;
      case "chunk":
        pending.body?.enqueue(message.data);
        return;
      case "end":
        this.#pending.delete(message.id);
        pending.body?.close();
        return;
      case "failed":
        this.#fail(message.id, new TypeError(message.message));
    }
  }

  #begin({ id, status, headers }: Extract<FromDoor, { type: "head" }>, pending: Pending): void {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        pending.body = controller;
      },
      pull: () => {
        this.#post({ type: "more", id });
      },
      cancel: () => {
        this.#pending.delete(id);
        this.#post({ type: "leave", id });
      },
    });
    pending.answer(new Response(BODILESS.has(status) ? null : stream, { status, headers }));
  }

  #leave(id: string, reason: unknown): void {
    if (!this.#pending.has(id)) return;
    this.#post({ type: "leave", id });
    this.#fail(id, reason);
  }

  #fail(id: string, error: unknown): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending?.body === null) pending.fail(error);
    else pending?.body.error(error);
  }

  #post(message: ToDoor): void {
    this.port.postMessage(message);
  }
}
