/** What tools in Python ask of the page: each call is answered once, and ends when nobody waits any more. */
import { EngineError } from "../bridge/engine-error";
import type { PageAnswer, PageCall, PageService, WireError } from "../protocol/wire";

/** The arguments of a call: a model may have written them. */
export type CallArguments = Readonly<Record<string, unknown>>;

export interface CallContext {
  /** Aborts when nobody waits for the result any more. */
  signal: AbortSignal;
  /** The turn for which it is asked; undefined where it is asked for none. */
  turn: string | undefined;
}

/**
 * Does one thing for a tool. What it returns must be an object of JSON; an `EngineError` that it throws reaches the
 * tool as it is.
 */
export type PageServiceFunction = (
  given: CallArguments,
  context: CallContext,
) => Promise<Readonly<Record<string, unknown>>>;

/** What a page offers to tools; what is absent is answered with `unsupported`. */
export type PageServices = Readonly<Partial<Record<PageService, PageServiceFunction>>>;

export class PageCalls {
  readonly #running = new Map<string, AbortController>();

  constructor(
    private readonly services: PageServices,
    private readonly send: (answer: PageAnswer) => void,
  ) {}

  /** A call came. */
  receive(call: PageCall): void {
    const life = new AbortController();
    this.#running.set(call.call, life);
    void this.#answer(call, life.signal).then((answer) => {
      if (this.#running.delete(call.call)) this.send(answer);
    });
  }

  /** Nobody waits for this call any more: it is not answered. */
  cancel(call: string): void {
    this.#running.get(call)?.abort();
    this.#running.delete(call);
  }

  /** Python is gone, and everybody who waited with it. */
  cancelAll(): void {
    for (const call of [...this.#running.keys()]) this.cancel(call);
  }

  async #answer(call: PageCall, signal: AbortSignal): Promise<PageAnswer> {
    const answer = { type: "page_answer", call: call.call } as const;
    const serve = this.services[call.service];
    if (serve === undefined) return { ...answer, error: notOffered(call.service) };
    try {
      return { ...answer, result: { ...(await serve(call.arguments, { signal, turn: call.id })) } };
    } catch (raw) {
      return { ...answer, error: errorOf(raw) };
    }
  }
}

const notOffered = (service: PageService): WireError => ({
  code: "unsupported",
  message: `This page does not offer ${service} to the tools of a session.`,
});

function errorOf(raw: unknown): WireError {
  if (raw instanceof EngineError) return raw.wire;
  const message = raw instanceof Error ? raw.message : String(raw);
  return { code: "internal", message: `The page could not do it: ${message}` };
}

/** A text among the arguments. Throws `invalid_request` where there is none. */
export function textIn(given: CallArguments, name: string): string {
  const value = given[name];
  if (typeof value === "string") return value;
  throw new EngineError({ code: "invalid_request", message: `The argument ${name} must be a text.` });
}
