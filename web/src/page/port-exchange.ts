/** The page's side of the exchange of ports between tabs: asks the leader for one, or answers as the leader. */
import type { ToServiceWorker } from "../offline/messages";
import type { EngineWanted, EngineWantedBy, PortMessage } from "../offline/port-messages";

/** What came of asking for a port. */
export type Asked =
  | { kind: "given"; port: MessagePort }
  /** The question was passed on, and no leader answered in time. */
  | { kind: "silent" }
  /** A leader is there, but its engine did not start in time. */
  | { kind: "late" }
  /** The service worker itself said nothing. */
  | { kind: "unheard" };

/** What a tab answers that is asked for a port, by another that has seen the engine of epoch `not` die. */
export type Give = (not: string | null) => MessagePort | "coming" | null;

/** How tabs ask each other for a port. */
export interface Exchange {
  /** Whether this tab can ask: a service worker of the site controls it. */
  readonly open: boolean;
  /** Asks until there is an answer or the time is over. Rejects when `signal` aborts. */
  ask(not: string | null, patience: AskPatience, signal: AbortSignal): Promise<Asked>;
  /** From now on, answers what `give` says: a port, or that one is coming. Null: this tab does not lead. */
  answer(give: Give): void;
}

export interface AskPatience {
  /** For a word of the service worker: it may have to be started first. */
  unheardMs: number;
  /** For a first sign of the leader, from when the question was passed on to it. */
  silentMs: number;
  /** For a port, from a leader that says it is coming. */
  comingMs: number;
}

export interface PortExchangeOptions {
  container: Pick<ServiceWorkerContainer, "controller" | "addEventListener" | "startMessages">;
  /** Address of the site's service worker script: an origin may have others. */
  script: string;
  /** The leader's lock. */
  lock: string;
  newId: () => string;
}

/** Between two askings of the same question: the leader may have changed since. */
const ASK_AGAIN_MS = 250;

interface Question {
  /** The service worker has passed it on. */
  hear: () => void;
  /** A leader is there. */
  answer: () => void;
  settle: (asked: Asked) => void;
}

export class PortExchange implements Exchange {
  readonly #questions = new Map<string, Question>();
  #give: Give = () => null;

  constructor(private readonly options: PortExchangeOptions) {
    const { container, script } = options;
    container.addEventListener("message", (event) => {
      const { data, source, ports } = event as MessageEvent<PortMessage>;
      if (source !== null && "scriptURL" in source && source.scriptURL === script)
        this.#hear(data, source, ports);
    });
    container.startMessages();
  }

  get open(): boolean {
    return this.#worker !== null;
  }

  ask(not: string | null, patience: AskPatience, signal: AbortSignal): Promise<Asked> {
    const { newId, lock } = this.options;
    const wanted: EngineWanted = { type: "engine_wanted", lock, request: newId(), not };
    const post = (): void => {
      this.#worker?.postMessage(wanted satisfies ToServiceWorker);
    };
    return new Promise((resolve, reject) => {
      const life = new AbortController();
      const settle = (asked: Asked): void => {
        life.abort();
        resolve(asked);
      };
      const after = (ms: number, kind: "unheard" | "silent" | "late"): (() => void) => {
        const timer = setTimeout(settle, ms, { kind });
        return () => {
          clearTimeout(timer);
        };
      };
      const again = setInterval(post, ASK_AGAIN_MS);
      const late = after(patience.comingMs, "late");
      let sign = after(patience.unheardMs, "unheard");
      let heard = false;
      const question: Question = {
        hear: () => {
          if (heard) return;
          heard = true;
          sign();
          sign = after(patience.silentMs, "silent");
        },
        answer: () => {
          heard = true;
          sign();
        },
        settle,
      };
      life.signal.addEventListener("abort", () => {
        this.#questions.delete(wanted.request);
        clearInterval(again);
        sign();
        late();
      });
      this.#questions.set(wanted.request, question);
      const abort = (): void => {
        life.abort();
        reject(new DOMException("Nobody waits for the port any more.", "AbortError"));
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { signal: life.signal });
      post();
    });
  }

  answer(give: Give): void {
    this.#give = give;
  }

  get #worker(): ServiceWorker | null {
    const { controller } = this.options.container;
    return controller?.scriptURL === this.options.script ? controller : null;
  }

  #hear(message: PortMessage, source: MessageEventSource, ports: readonly MessagePort[]): void {
    switch (message.type) {
      case "engine_wanted":
        this.#offer(message, source);
        return;
      case "engine_asked":
        this.#questions.get(message.request)?.hear();
        return;
      case "engine_given":
        this.#take(message.request, ports);
        return;
    }
  }

  #offer({ lock, request, not, by }: EngineWantedBy, source: MessageEventSource): void {
    const given = lock === this.options.lock ? this.#give(not) : null;
    if (given === null) return;
    const offered: ToServiceWorker = { type: "engine_offered", to: by, request };
    (source as ServiceWorker).postMessage(offered, given === "coming" ? [] : [given]);
  }

  #take(request: string, [port]: readonly MessagePort[]): void {
    const question = this.#questions.get(request);
    if (question === undefined) {
      // Asked twice, answered twice: one is enough.
      port?.close();
      return;
    }
    question.answer();
    if (port !== undefined) question.settle({ kind: "given", port });
  }
}
