import type { ResultTimings } from "@wllama/wllama";
import type { Ending, OnText } from "./engine";
import type { AnswerTokens } from "./kept-states";

/** Takes out what an answer that is continued begins with: llama.cpp repeats it. */
export function withoutEcho(said: string): (text: string) => string {
  let echo = said;
  return (text) => {
    if (echo === "") return text;
    const repeated = text.startsWith(echo) ? echo : echo.startsWith(text) ? text : "";
    echo = repeated === "" && text !== "" ? "" : echo.slice(repeated.length);
    return text.slice(repeated.length);
  };
}

/** What the chunks of its two endpoints have in common. */
interface AnyChunk {
  choices: { finish_reason?: string | null }[];
  timings?: ResultTimings | undefined;
}

/** What the chunks of one answer add up to. */
export class Outcome {
  private reason: Ending["reason"] = "stop";
  private firstTokenMs: number | null = null;
  private timings: ResultTimings | undefined;

  constructor(private readonly startedAt: number) {}

  take(chunk: AnyChunk, text: string, onText: OnText): void {
    if (text !== "") {
      this.firstTokenMs ??= performance.now() - this.startedAt;
      onText(text);
    }
    if (chunk.choices[0]?.finish_reason === "length") this.reason = "length";
    this.timings = chunk.timings ?? this.timings;
  }

  /** Null where it was cut before its first token. */
  get tokens(): AnswerTokens | null {
    if (this.timings === undefined) return null;
    const { cache_n: reused, prompt_n: prefilled, predicted_n: answered } = this.timings;
    return { reused, total: reused + prefilled + answered };
  }

  ending(reason: "abort" | null): Ending {
    const prefilled = this.timings?.prompt_n ?? 0;
    const prompt = prefilled + (this.timings?.cache_n ?? 0);
    const answered = this.timings?.predicted_n ?? 0;
    return {
      reason: reason ?? this.reason,
      usage: { prompt_tokens: prompt, completion_tokens: answered, total_tokens: prompt + answered },
      figures: {
        time_to_first_token_ms: this.firstTokenMs,
        duration_ms: performance.now() - this.startedAt,
        prefill_tokens_per_s: positive(this.timings?.prompt_per_second),
        decode_tokens_per_s: positive(this.timings?.predicted_per_second),
        prefilled_tokens: this.timings === undefined ? null : prefilled,
      },
    };
  }
}

/** A rate of nothing in no time is no rate. */
function positive(rate: number | undefined): number | null {
  return rate !== undefined && Number.isFinite(rate) && rate > 0 ? rate : null;
}
