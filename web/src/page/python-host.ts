/** The page's side of the Python worker: starts it, talks to it, notices that it died, starts it again. */
import { overlaps, PROTOCOL } from "../protocol/version";
import type {
  AttachEngine,
  Boot,
  PageMessage,
  Prepare,
  PythonMessage,
  ReachServer,
  ServeApi,
} from "../protocol/wire";

/** A thread with Python in it; a `Worker` is one. */
export interface PythonThread {
  postMessage(message: PageMessage, transfer?: Transferable[]): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "messageerror", listener: () => void): void;
}

export interface PythonHostOptions {
  /** Starts the thread; it holds the Web Lock `lock` for as long as it lives. */
  spawn: (lock: string) => PythonThread;
  boot: Omit<Boot, "type" | "protocol" | "tab" | "store">;
  /** Where Python keeps what outlives it; absent: where every page of the origin does. */
  store?: () => PythonStore;
  onMessage: (message: PythonMessage) => void;
  /** Hears what is said to Python. */
  onSend?: (message: ToPython) => void;
  /** A fresh port to the engine, for a thread that has just been started. What it rejects with, the page shows. */
  enginePort: () => MessagePort | Promise<MessagePort>;
  /** Names the tab to the engine, which serves tabs in turn; without it Python counts as one of its own. */
  tab?: () => string;
  /** Undefined where the browser has none: then it starts no Python either. */
  locks: Pick<LockManager, "request"> | undefined;
}

/** A database, and what makes the keys to it known: absent where it is not encrypted. */
export interface PythonStore {
  name: string;
  keys?: (port: MessagePort) => void;
}

/** What is said to Python once it runs. */
export type ToPython = Exclude<PageMessage, Prepare | Boot | AttachEngine | ServeApi | ReachServer>;

const TYPES: Record<PythonMessage["type"], true> = {
  booting: true,
  booted: true,
  turn_event: true,
  turn_ended: true,
  turn_failed: true,
  python_failed: true,
  approval_asked: true,
  approval_withdrawn: true,
  page_call: true,
  page_call_cancelled: true,
  inspected: true,
  wire_seen: true,
};

const HINTS = {
  python_failed: "Restart Python. If that does not help, reload the page.",
  protocol_mismatch: "Reload the page.",
  unsupported: "Open this page over https, or from localhost.",
} as const;

const unknownMessage = (type: string): string =>
  `Python sent a message that this page does not know: ${type}.`;

export class PythonHost {
  #thread: PythonThread | null = null;
  #watch: AbortController | null = null;
  /** Whether the thread has been told to start, and not only to prepare for that. */
  #booted = false;

  constructor(private readonly options: PythonHostOptions) {}

  /**
   * Have a thread read and compile what `start` will need: before it is known whose Python it is. One that fails
   * meanwhile is forgotten: `start` begins with another, and what fails there is told.
   */
  prepare(): void {
    const { locks, boot } = this.options;
    if (this.#thread !== null || locks === undefined) return;
    const { pyodide_url, packages_url, snapshot_url } = boot;
    this.#spawn(locks)?.postMessage({
      type: "prepare",
      pyodide_url,
      packages_url,
      ...(snapshot_url === undefined ? {} : { snapshot_url }),
    });
  }

  /** Start Python; in place of the one that runs, if one does. */
  start(): void {
    if (this.#booted) this.close();
    this.#booted = true;
    const { locks } = this.options;
    if (locks === undefined) {
      this.#fail(
        "A browser starts Python only for pages that come over https or from localhost.",
        "unsupported",
      );
      return;
    }
    const thread = this.#thread ?? this.#spawn(locks);
    if (thread === null) return;
    this.#boot(thread);
    this.reattachEngine();
  }

  /** A thread that is heard and watched; null where the browser starts none, which has been told. */
  #spawn(locks: Pick<LockManager, "request">): PythonThread | null {
    const lock = `webllm-provider-python-${crypto.randomUUID()}`;
    let thread: PythonThread;
    try {
      thread = this.options.spawn(lock);
    } catch (raw) {
      // A script of another origin, for one, is refused on the spot.
      this.#fail(`Python's worker could not be loaded: ${raw instanceof Error ? raw.message : String(raw)}`);
      return null;
    }
    const watch = new AbortController();
    this.#thread = thread;
    this.#watch = watch;
    let watched = false;
    thread.addEventListener("message", (event) => {
      if (watch.signal.aborted) return;
      if (!watched) {
        // The worker takes its lock before it says anything: from now on the lock means that it lives.
        watched = true;
        void this.#noticeDeath(locks, lock, watch.signal);
      }
      this.#receive(event.data);
    });
    thread.addEventListener("error", (event) => {
      if (watch.signal.aborted) return;
      // A script that cannot be loaded is an error without words, before any message.
      const started = watched || event.message !== "";
      this.#fail(started ? `Python crashed: ${event.message}` : "Python's worker could not be loaded.");
    });
    thread.addEventListener("messageerror", () => {
      if (!watch.signal.aborted) this.#fail(unknownMessage("unreadable"));
    });
    return thread;
  }

  /** Give Python a port to the engine, in place of the one it had. */
  attachEngine(port: MessagePort): void {
    this.#thread?.postMessage({ type: "attach_engine" }, [port]);
  }

  /** Give Python a fresh port: another engine has taken the place of the one that it had. */
  reattachEngine(): void {
    const signal = this.#watch?.signal;
    // One that only prepares gets its port with its start.
    if (signal !== undefined && this.#booted) void this.#attachFresh(signal);
  }

  /** Give Python a way to a server of another origin, in place of the one it had. */
  reachServer(origin: string, port: MessagePort): void {
    this.#thread?.postMessage({ type: "reach_server", origin }, [port]);
  }

  /** Hand a request for the API over, which waits until Python runs. False where none is on its way. */
  serveApi(port: MessagePort): boolean {
    if (!this.#booted) return false;
    this.#thread?.postMessage({ type: "serve_api" }, [port]);
    return true;
  }

  send(message: ToPython): void {
    this.options.onSend?.(message);
    if (this.#booted) this.#thread?.postMessage(message);
  }

  close(): void {
    this.#watch?.abort();
    this.#thread?.terminate();
    this.#thread = null;
    this.#booted = false;
  }

  #boot(thread: PythonThread): void {
    const store = this.options.store?.();
    const kept = store === undefined ? {} : { store: store.name };
    const tab = this.options.tab === undefined ? {} : { tab: this.options.tab() };
    const boot: Boot = { type: "boot", protocol: PROTOCOL, ...this.options.boot, ...tab, ...kept };
    if (store?.keys === undefined) {
      thread.postMessage(boot);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    store.keys(port1);
    thread.postMessage(boot, [port2]);
  }

  async #attachFresh(signal: AbortSignal): Promise<void> {
    try {
      const port = await this.options.enginePort();
      if (signal.aborted) port.close();
      else this.attachEngine(port);
    } catch {
      // Whoever looks after the engine meets the same failure and says so; the port comes with the next engine.
    }
  }

  async #noticeDeath(locks: Pick<LockManager, "request">, lock: string, signal: AbortSignal): Promise<void> {
    try {
      await locks.request(lock, { signal }, () => {
        if (!signal.aborted) this.#fail("Python stopped without a word.");
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #receive(received: unknown): void {
    const data = read(received);
    if (!isPythonMessage(data)) {
      this.#fail(unknownMessage(describeType(data)), "protocol_mismatch");
      return;
    }
    if (data.type === "booted" && !overlaps(PROTOCOL, data.protocol)) {
      const said = (range: { min: number; max: number }): string =>
        `${String(range.min)} to ${String(range.max)}`;
      this.#fail(
        `Python speaks protocol ${said(data.protocol)}, this page speaks ${said(PROTOCOL)}.`,
        "protocol_mismatch",
      );
      return;
    }
    if (!this.#booted) {
      // That it prepares is a sign of life, and nothing to tell of.
      if (data.type === "python_failed") this.#fail(data.error.message);
      return;
    }
    this.options.onMessage(data);
    // What failed to start, or broke, is of no more use: its memory is given back.
    if (data.type === "python_failed") this.close();
  }

  #fail(message: string, code: keyof typeof HINTS = "python_failed"): void {
    const asked = this.#booted;
    this.close();
    if (!asked) {
      console.warn("Python could not be prepared:", message);
      return;
    }
    this.options.onMessage({
      type: "python_failed",
      error: { code, message, hint: HINTS[code] },
    });
  }
}

/**
 * What came from the thread. Python's own messages come as the text that it wrote: to read it costs this thread no more
 * than an object that was cloned, and Python's thread neither reads it nor takes it apart.
 */
function read(received: unknown): unknown {
  if (typeof received !== "string") return received;
  try {
    return JSON.parse(received) as unknown;
  } catch {
    return received;
  }
}

function describeType(data: unknown): string {
  return typeof data === "object" && data !== null && "type" in data ? String(data.type) : typeof data;
}

function isPythonMessage(data: unknown): data is PythonMessage {
  return (
    typeof data === "object" && data !== null && "type" in data && Object.hasOwn(TYPES, String(data.type))
  );
}
