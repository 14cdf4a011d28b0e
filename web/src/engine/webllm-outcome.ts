import type { ChatCompletionChunk, Completion, CompletionUsage } from "@mlc-ai/web-llm";
import type { Figures } from "../protocol/wire";
import type { Ending, OnText } from "./engine";

/** What the chunks of WebLLM's two endpoints have in common. */
export type AnyChunk = Pick<ChatCompletionChunk, "usage"> & {
  choices: { finish_reason?: string | null }[];
};

export const deltaText = ({ choices }: ChatCompletionChunk): string => choices[0]?.delta.content ?? "";
export const plainText = ({ choices }: Completion): string => choices[0]?.text ?? "";

/** What the chunks of one answer add up to. */
export class Outcome {
  private reason: Ending["reason"] = "stop";
  private usage: CompletionUsage | undefined;
  /** Tokens of the whole prompt, where they can be seen. */
  prompt: number | null = null;
  private firstTokenMs: number | null = null;

  take(chunk: AnyChunk, text: string, onText: OnText, elapsedMs: number): void {
    if (text !== "") {
      this.firstTokenMs ??= elapsedMs;
      onText(text);
    }
    const reason = chunk.choices[0]?.finish_reason;
    if (reason === "length" || reason === "abort") this.reason = reason;
    this.usage = chunk.usage ?? this.usage;
  }

  ending(durationMs: number): Ending {
    const { prompt_tokens: computed = 0, completion_tokens = 0, extra } = this.usage ?? {};
    const prompt_tokens = Math.max(this.prompt ?? 0, computed);
    const figures: Figures = {
      time_to_first_token_ms: this.firstTokenMs,
      duration_ms: durationMs,
      prefill_tokens_per_s: finite(extra?.prefill_tokens_per_s),
      decode_tokens_per_s: finite(extra?.decode_tokens_per_s),
      // WebLLM counts as prompt only what it had to compute.
      prefilled_tokens: this.usage === undefined ? null : computed,
    };
    const total_tokens = prompt_tokens + completion_tokens;
    return { reason: this.reason, usage: { prompt_tokens, completion_tokens, total_tokens }, figures };
  }
}

/** WebLLM divides by times that can be zero. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : null;
}
