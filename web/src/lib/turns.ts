/** Turns that run in Python, from the page's side: events in, one ending each. */
import { EngineError } from "../bridge/engine-error";
import type { PythonMessage, SessionSettings, TurnEvent, WireError } from "../protocol/wire";

/** An Amplifier event of a running turn, by its Amplifier name. */
export type AmplifierEvent = Pick<TurnEvent, "name" | "payload">;

/** How a question is asked. */
export interface AskOptions {
  /** Hears every Amplifier event of the turn, in order: streaming blocks, tool calls, retries, the response. */
  onEvent?: (event: AmplifierEvent) => void;
  /** Hears the visible text as the model writes it, piece by piece. */
  onText?: (text: string) => void;
  /** Which tools there are and what they may, the system text, sampling; what is absent is the default. */
  settings?: SessionSettings;
  /** Stop: the turn ends at once, and what was written stays in the conversation. */
  signal?: AbortSignal;
}

/** How a turn ended that did not fail. */
export interface Answer {
  /** `cancelled`: `signal` was aborted. */
  outcome: "completed" | "cancelled";
  /** The final text, as `execute()` returned it; empty where a turn was stopped before it had one. */
  text: string;
}

/** A message that belongs to one turn. */
export type TurnMessage = Extract<PythonMessage, { type: "turn_event" | "turn_ended" | "turn_failed" }>;

interface Turn {
  options: AskOptions;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** The turns that run, by id. */
export class Turns {
  readonly #running = new Map<string, Turn>();

  /** Waits for the end of a turn. `stop` is called when its signal aborts. */
  open(id: string, options: AskOptions, stop: () => void): Promise<Answer> {
    const ended = new Promise<Answer>((resolve, reject) => {
      this.#running.set(id, { options, resolve, reject });
    });
    const { signal } = options;
    signal?.addEventListener("abort", stop, { once: true });
    return ended.finally(() => {
      signal?.removeEventListener("abort", stop);
    });
  }

  /** Passes a message on to its turn. False: the listener threw, and nobody waits for the turn any more. */
  take(message: TurnMessage): boolean {
    const turn = this.#running.get(message.id);
    if (turn === undefined) return true;
    if (message.type === "turn_event") return this.#tell(message, turn);
    this.#running.delete(message.id);
    if (message.type === "turn_failed") turn.reject(new EngineError(message.error));
    else turn.resolve({ outcome: message.outcome, text: message.text });
    return true;
  }

  /** Ends every turn with an error. */
  failAll(error: WireError): void {
    for (const { reject } of this.#running.values()) reject(new EngineError(error));
    this.#running.clear();
  }

  #tell({ id, name, payload }: TurnEvent, turn: Turn): boolean {
    try {
      turn.options.onEvent?.({ name, payload });
      const text = visibleText(name, payload);
      if (text !== "") turn.options.onText?.(text);
      return true;
    } catch (raw) {
      this.#running.delete(id);
      turn.reject(raw);
      return false;
    }
  }
}

/** The text of a delta that a reader should see: neither thinking nor a tool call. */
function visibleText(name: string, { block_type: type, text }: TurnEvent["payload"]): string {
  return name === "llm:stream_block_delta" && type === "text" && typeof text === "string" ? text : "";
}
