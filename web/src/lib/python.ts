/**
 * `webllm-provider/python`: Python in a worker of its own, with Amplifier sessions in it.
 *
 * The sessions answer through whatever engine the port leads to: the one that `startEngine` started, a site's
 * `EngineFrame`, or one of your own behind the same protocol.
 */
import { ABORTED, EngineError } from "../bridge/engine-error";
import { PageCalls, type PageServices } from "../page/page-calls";
import { PythonHost } from "../page/python-host";
import type {
  ApprovalAsked,
  ApprovalChoice,
  Booting,
  PythonMessage,
  Versions,
  WireError,
} from "../protocol/wire";
import { type PythonFiles, pythonUrls } from "./site-files";
import { type Answer, type AskOptions, Turns } from "./turns";
import { spawnPythonWorker } from "./workers";

export { EngineError } from "../bridge/engine-error";
export type { CallArguments, CallContext, PageServiceFunction, PageServices } from "../page/page-calls";
export type {
  ApprovalChoice,
  Booting,
  BootStage,
  ErrorCode,
  PageService,
  SessionSettings,
  Versions,
  WireError,
} from "../protocol/wire";
export { readsClipboard, writesClipboard } from "../page/clipboard";
export { downloads, saveByLink } from "../page/download";
export type { PythonFiles } from "./site-files";
export type { AmplifierEvent, Answer, AskOptions } from "./turns";

/** A tool that waits for a person's consent. */
export interface ApprovalRequest extends Pick<ApprovalAsked, "tool" | "arguments" | "question"> {
  /** Aborts when nobody waits for the answer any more: the turn was stopped, or Python ended. */
  signal: AbortSignal;
}

/** How Python is started. */
export interface StartPythonOptions extends PythonFiles {
  /** Gives a fresh port to the engine, at the start and after every `restart`; `RunningEngine` is one. */
  engine: { connect(): MessagePort };
  /**
   * Starts the script of `webllm-provider/python-worker` under the given name, which is the Web Lock that it holds
   * as long as it lives. Needed only where the bundler does not find the package's own.
   */
  worker?: (name: string) => Worker;
  /**
   * Asks a person whether a tool may run; `conversation` and `never` hold until the session ends. Without it, and
   * where it throws, what needs consent is denied.
   */
  onApproval?: (request: ApprovalRequest) => ApprovalChoice | Promise<ApprovalChoice>;
  /** What the page does for tools, by service; what is absent is answered with `unsupported`. */
  services?: PageServices;
  /** Hears how far the start is; `fraction` is of the whole, 0 to 1. */
  onProgress?: (progress: Booting) => void;
  /** Gives the start up: it rejects with `aborted`. */
  signal?: AbortSignal;
}

/** One conversation: an `AmplifierSession` with its own history. */
export interface PythonSession {
  /** Its id, which names its history in Python. */
  readonly id: string;
  /**
   * Runs one turn. Turns of one session run one after the other.
   *
   * Rejects with an `EngineError` when the turn failed, and with what a listener threw.
   */
  ask(text: string, options?: AskOptions): Promise<Answer>;
  /** Stops what runs and forgets the conversation. */
  end(): void;
}

const NOT_RUNNING: WireError = {
  code: "python_failed",
  message: "Python is not running.",
  hint: "Call restart(), then ask again.",
};
const CLOSED: WireError = { code: "aborted", message: "Python was closed." };

/** Starts Python and its sessions. Rejects with an `EngineError` that names what is missing. */
export async function startPython(options: StartPythonOptions): Promise<PythonRuntime> {
  const { signal } = options;
  const givenUp = (): boolean => signal?.aborted ?? false;
  if (givenUp()) throw new EngineError(ABORTED);
  const runtime = new PythonRuntime(options);
  const abort = (): void => {
    runtime.close();
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await runtime.restart();
    return runtime;
  } catch (raw) {
    runtime.close();
    throw givenUp() ? new EngineError(ABORTED) : raw;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Python in its worker. Made by `startPython`. */
export class PythonRuntime {
  readonly #host: PythonHost;
  readonly #turns = new Turns();
  readonly #calls: PageCalls;
  /** Questions that wait for a person, by approval. */
  readonly #questions = new Map<string, AbortController>();
  #start: { resolve: (versions: Versions) => void; reject: (error: unknown) => void } | null = null;
  #versions: Versions | null = null;

  /** @internal */
  constructor(private readonly options: StartPythonOptions) {
    this.#host = new PythonHost({
      spawn: options.worker ?? spawnPythonWorker,
      boot: pythonUrls(options),
      onMessage: (message) => {
        this.#receive(message);
      },
      enginePort: () => options.engine.connect(),
      locks: navigator.locks,
    });
    this.#calls = new PageCalls(options.services ?? {}, (answer) => {
      this.#host.send(answer);
    });
  }

  /** What runs there; null while it starts, and after it has died or was closed. */
  get versions(): Versions | null {
    return this.#versions;
  }

  /** A conversation of its own. */
  session(id: string = crypto.randomUUID()): PythonSession {
    return {
      id,
      ask: (text, options = {}) => this.#ask(id, text, options),
      end: () => {
        if (this.#versions !== null) this.#host.send({ type: "forget", conversation: id });
      },
    };
  }

  /** Gives Python a port to another engine, in place of the one it had. */
  attachEngine(port: MessagePort): void {
    this.#host.attachEngine(port);
  }

  /** Starts Python anew; every conversation is forgotten. Rejects with an `EngineError`. */
  restart(): Promise<Versions> {
    this.#ended(CLOSED);
    return new Promise((resolve, reject) => {
      this.#start = { resolve, reject };
      this.#host.start();
    });
  }

  /** Ends the worker; what still runs rejects with `aborted`. */
  close(): void {
    this.#host.close();
    this.#ended(CLOSED);
  }

  #ask(conversation: string, text: string, options: AskOptions): Promise<Answer> {
    if (options.signal?.aborted === true) return Promise.resolve({ outcome: "cancelled", text: "" });
    if (this.#versions === null) return Promise.reject(new EngineError(NOT_RUNNING));
    const id = crypto.randomUUID();
    const ended = this.#turns.open(id, options, () => {
      this.#host.send({ type: "stop", id });
    });
    const { settings } = options;
    this.#host.send({ type: "ask", id, conversation, text, ...(settings === undefined ? {} : { settings }) });
    return ended;
  }

  #receive(message: PythonMessage): void {
    switch (message.type) {
      case "booting":
        this.options.onProgress?.(message);
        return;
      case "booted":
        this.#versions = message.versions;
        this.#start?.resolve(message.versions);
        this.#start = null;
        return;
      case "python_failed":
        this.#ended(message.error);
        return;
      case "turn_event":
      case "turn_ended":
      case "turn_failed":
        if (!this.#turns.take(message)) this.#host.send({ type: "stop", id: message.id });
        return;
      case "approval_asked":
        void this.#approve(message);
        return;
      case "approval_withdrawn":
        this.#withdraw(message.approval);
        return;
      case "page_call":
        this.#calls.receive(message);
        return;
      case "page_call_cancelled":
        this.#calls.cancel(message.call);
        return;
      case "inspected":
      case "wire_seen":
        // Told to who asked for it, and this host asks for neither.
        return;
      default:
        message satisfies never;
    }
  }

  async #approve({ approval, tool, arguments: given, question }: ApprovalAsked): Promise<void> {
    const life = new AbortController();
    this.#questions.set(approval, life);
    const choice = await this.#choice({ tool, arguments: given, question, signal: life.signal });
    if (this.#questions.delete(approval)) this.#host.send({ type: "approve", approval, choice });
  }

  async #choice(request: ApprovalRequest): Promise<ApprovalChoice> {
    try {
      return (await this.options.onApproval?.(request)) ?? "deny";
    } catch (raw) {
      // Consent that could not be asked for was not given; the page still hears what went wrong.
      reportError(raw);
      return "deny";
    }
  }

  #withdraw(approval: string): void {
    this.#questions.get(approval)?.abort();
    this.#questions.delete(approval);
  }

  #ended(error: WireError): void {
    this.#versions = null;
    this.#calls.cancelAll();
    for (const approval of [...this.#questions.keys()]) this.#withdraw(approval);
    this.#start?.reject(new EngineError(error));
    this.#start = null;
    this.#turns.failAll(error);
  }
}
