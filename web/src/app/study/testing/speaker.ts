/** A model that says what it is given, in order, and notes what it was asked. */
import { BufferedStream, type EventStream } from "../../../bridge/event-stream";
import type { CompletionBody, Finished, StreamEvent, WireError } from "../../../protocol/wire";

export const DIED: WireError = { code: "worker_died", message: "The engine's worker has died." };

export const FINISHED: Finished = {
  type: "finished",
  reason: "stop",
  usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 },
  figures: {
    time_to_first_token_ms: 30,
    duration_ms: 90,
    prefill_tokens_per_s: 900,
    decode_tokens_per_s: 120,
    prefilled_tokens: 8,
  },
};

export const card = (question: string, answer = "a"): string => JSON.stringify({ question, answer });

export class Speaker {
  readonly asked: CompletionBody[] = [];

  /** Behind the last answer the engine has died. */
  constructor(private readonly answers: (string | WireError)[]) {}

  readonly complete = (body: CompletionBody): EventStream => {
    this.asked.push(body);
    const answer = this.answers.shift() ?? DIED;
    return typeof answer === "string" ? said(answer) : streamOf({ type: "failure", error: answer });
  };
}

/** In two pieces, as engines do. */
function said(text: string): EventStream {
  const half = Math.ceil(text.length / 2);
  const pieces = [text.slice(0, half), text.slice(half)];
  return streamOf(...pieces.map((piece): StreamEvent => ({ type: "delta", text: piece })), FINISHED);
}

function streamOf(...events: StreamEvent[]): EventStream {
  const stream = new BufferedStream({ consumed: () => undefined, cancelled: () => undefined });
  stream.deliver(events);
  return stream;
}
