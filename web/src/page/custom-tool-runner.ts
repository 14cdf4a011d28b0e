/**
 * Runs a tool that a person wrote in Python: each call in an interpreter of its own that is gone afterwards.
 *
 * The interpreter lies in a worker of a frame of an opaque origin (sandbox.html), which reaches no network, no
 * storage and nothing of this page. Pyodide goes in as bytes, the arguments as JSON text, the result comes out as
 * JSON text; nothing else crosses.
 */
import { EngineError } from "../bridge/engine-error";
import type { WireError } from "../protocol/wire";
import type { FromSandbox, InterpreterFiles, RunInSandbox } from "../sandbox/messages";
import type { HiddenFrame } from "./hidden-frame";

/** One call of a tool. */
export interface ToolRun {
  /** Python; defines `run(**arguments)`. */
  source: string;
  arguments: Readonly<Record<string, unknown>>;
  /** From the start of the tool, the interpreter's own start not counted. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

export interface ToolOutcome {
  /** Any JSON. */
  value: unknown;
  /** The beginning of what the tool printed, for its author. */
  printed: string;
}

export interface RunnerOptions {
  /** Opens sandbox.html, hands it the message and gives the port to it. */
  open: (message: RunInSandbox, transfer: Transferable[], signal: AbortSignal) => Promise<HiddenFrame>;
  /** Reads one of Pyodide's files. */
  read: (name: keyof InterpreterFiles, signal: AbortSignal) => Promise<ArrayBuffer>;
  /** Rejects after a while, unless `signal` aborts first. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const DEADLINE_MS = 10_000;
const START_MS = 120_000;
/** A result is read by a model: more than this would fill its context many times over. */
export const LONGEST_RESULT = 100_000;

const FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"] as const;

export class CustomToolRunner {
  /** Interpreters are large and start slowly: one at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RunnerOptions) {}

  /** Rejects with an `EngineError`: `invalid_request` where the tool raised, `timeout`, `aborted`, `python_failed`. */
  run(run: ToolRun): Promise<ToolOutcome> {
    const ran = this.#last.then(() => this.#run(run));
    this.#last = ran.catch(() => undefined);
    return ran;
  }

  async #run(run: ToolRun): Promise<ToolOutcome> {
    const life = new AbortController();
    const end = (): void => {
      life.abort(new EngineError(ABORTED));
    };
    if (run.signal?.aborted === true) end();
    run.signal?.addEventListener("abort", end, { once: true });
    let frame: HiddenFrame | null = null;
    try {
      frame = await this.#open(run, life.signal);
      return outcomeOf(await this.#ending(frame, run.deadlineMs ?? DEADLINE_MS, life.signal));
    } catch (raw) {
      throw raw instanceof EngineError ? raw : new EngineError(broken(String(raw)));
    } finally {
      frame?.close();
      run.signal?.removeEventListener("abort", end);
      life.abort();
    }
  }

  async #open(run: ToolRun, signal: AbortSignal): Promise<HiddenFrame> {
    signal.throwIfAborted();
    const contents = await Promise.all(FILES.map((name) => this.options.read(name, signal)));
    const files = Object.fromEntries(FILES.map((name, at) => [name, contents[at]]));
    const message: RunInSandbox = {
      type: "run",
      files: files as unknown as InterpreterFiles,
      source: run.source,
      arguments: JSON.stringify(run.arguments),
    };
    return this.options.open(message, contents, signal);
  }

  /** The last word of the sandbox; rejects at a deadline, and where `signal` aborts. */
  #ending({ port }: HiddenFrame, deadlineMs: number, signal: AbortSignal): Promise<FromSandbox> {
    const { sleep = sleeping } = this.options;
    return new Promise((resolve, reject) => {
      let phase = new AbortController();
      const within = (ms: number, error: WireError): void => {
        phase.abort();
        const current = (phase = new AbortController());
        const either = AbortSignal.any([current.signal, signal]);
        void sleep(ms, either).then(() => {
          if (!current.signal.aborted) reject(new EngineError(error));
        });
      };
      const settle = (said: FromSandbox): void => {
        phase.abort();
        resolve(said);
      };
      signal.addEventListener("abort", () => {
        phase.abort();
        reject(signal.reason as Error);
      });
      within(START_MS, broken("its interpreter did not start in time"));
      let started = false;
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        const said = wordsOf(data);
        if (said.type !== "started") settle(said);
        else if (!started) {
          // Once: a tool cannot buy itself time by saying it again.
          started = true;
          within(deadlineMs, tooLong(deadlineMs));
        }
      };
    });
  }
}

/** Pyodide's files from a folder of the site. */
export function filesBelow(folder: URL): RunnerOptions["read"] {
  return async (name, signal) => {
    const response = await fetch(new URL(name, folder), { signal });
    if (!response.ok) throw new Error(`${name} could not be read (${response.status}).`);
    return response.arrayBuffer();
  };
}

const ABORTED: WireError = { code: "aborted", message: "The tool was stopped." };

const broken = (why: string): WireError => ({
  code: "python_failed",
  message: `The tool could not be run: ${why}`,
  hint: "Reload the page, then try again.",
});

const tooLong = (ms: number): WireError => ({
  code: "timeout",
  message: `The tool was ended: it ran for more than ${ms / 1000} seconds.`,
  hint: "Let it do less at a time.",
});

const raised = (message: string): WireError => ({ code: "invalid_request", message });

/** What the sandbox wrote, checked: a tool shares its thread with the one who says this. */
function wordsOf(data: unknown): FromSandbox {
  const nonsense: FromSandbox = { type: "broken", message: "its interpreter said something unknown." };
  if (typeof data !== "string") return nonsense;
  let said: unknown;
  try {
    said = JSON.parse(data);
  } catch {
    return nonsense;
  }
  if (typeof said !== "object" || said === null) return nonsense;
  const { type, value, message, printed } = said as Record<string, unknown>;
  const text = (what: unknown): string => (typeof what === "string" ? what : "");
  switch (type) {
    case "started":
      return { type };
    case "done":
      return { type, value: text(value), printed: text(printed) };
    case "raised":
      return { type, message: text(message), printed: text(printed) };
    case "broken":
      return { type, message: text(message) };
    default:
      return nonsense;
  }
}

function outcomeOf(said: FromSandbox): ToolOutcome {
  switch (said.type) {
    case "done":
      if (said.value.length > LONGEST_RESULT) {
        throw new EngineError(raised(`The tool's result is too long: ${said.value.length} characters.`));
      }
      try {
        return { value: JSON.parse(said.value), printed: said.printed };
      } catch {
        throw new EngineError(broken("its result was no JSON"));
      }
    case "raised":
      throw new EngineError({ ...raised(said.message), details: { printed: said.printed } });
    case "started":
    case "broken":
      throw new EngineError(broken(said.type === "broken" ? said.message : "it ended without a word"));
  }
}

/** Settles after a while, or at once when `signal` aborts. */
function sleeping(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
