/** Inferences that a server has answered, out of the Amplifier events of this tab's turns. */
import type { ErrorCode, PythonMessage, TurnEvent } from "../../protocol/wire";
import { isRecord, numberOf, textOf } from "../stores/payload";
import type { Mode } from "../settings/choices";
import { engineOf, type Inference, measuredIn, type Outcome } from "./inference";

/** Turns that run at the same time, and then some. */
const TURNS = 100;

/**
 * What the browser's engine answers is told by the engine itself; a server tells nobody but who asks it, so the
 * tab that runs the turn notes it.
 */
export class ServerAnswers {
  /** Turns in which a server has taken the browser's place. */
  readonly #fellBack = new Set<string>();

  constructor(
    /** How the turn of this id is answered. */
    private readonly modeOf: (turn: string) => Mode,
    private readonly now: () => number,
  ) {}

  hear(message: PythonMessage): Inference | null {
    if (message.type !== "turn_event") return null;
    if (message.name === "webllm:fallback") {
      this.#fellBack.add(message.id);
      const [oldest] = this.#fellBack;
      if (this.#fellBack.size > TURNS && oldest !== undefined) this.#fellBack.delete(oldest);
      return null;
    }
    return message.name === "llm:response" ? this.#response(message) : null;
  }

  #response({ id: turn, payload }: TurnEvent): Inference | null {
    const mode = this.modeOf(turn);
    const engine = isRecord(payload["engine"]) ? engineOf(payload["engine"]["kind"]) : null;
    const failed = textOf(payload, "status") !== "ok";
    const byServer = failed ? mode === "server_side" || this.#fellBack.has(turn) : engine === "server";
    if (!byServer) return null;
    const error = isRecord(payload["error"]) ? textOf(payload["error"], "code") : "";
    return {
      id: `server ${textOf(payload, "request_id")}`,
      at: this.now(),
      kind: "answer",
      model: textOf(payload, "model"),
      mode,
      engine: "server",
      outcome: failed ? (error === "aborted" ? "stopped" : "failed") : outcomeOf(textOf(payload, "finish_reason")),
      code: error === "" ? null : (error as ErrorCode),
      priority: "chat",
      measured: failed ? {} : measuredOf(payload),
    };
  }
}

function measuredOf(payload: TurnEvent["payload"]): Inference["measured"] {
  const figures = isRecord(payload["figures"]) ? payload["figures"] : {};
  const usage = isRecord(payload["usage"]) ? payload["usage"] : {};
  return measuredIn({
    ...figures,
    prompt_tokens: numberOf(usage, "input_tokens"),
    completion_tokens: numberOf(usage, "output_tokens"),
    reused_tokens: numberOf(usage, "cache_read_tokens"),
  });
}

function outcomeOf(reason: string): Outcome {
  if (reason === "length") return "length";
  return reason === "abort" || reason === "cancelled" ? "stopped" : "done";
}
