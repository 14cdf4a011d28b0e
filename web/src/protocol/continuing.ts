import type { CompletionBody, Constraint, Finished, TokenUsage } from "./wire";

/**
 * Whether an answer can go on behind what was said of it, on an engine that can continue at all. What holds an answer
 * begins anew with the continuation: text that is still free stays so, a tag or a schema that has begun does not.
 */
export function canBeContinued({ constraint, response_format }: CompletionBody, said: string): boolean {
  if (response_format !== undefined && response_format["type"] !== "text") return false;
  return constraint === undefined || isFreeBehind(constraint, said);
}

function isFreeBehind({ at_least_one, triggers }: Constraint, said: string): boolean {
  return (
    !at_least_one && !triggers.some((trigger) => said.includes(trigger) || endsWithBeginOf(trigger, said))
  );
}

function endsWithBeginOf(trigger: string, said: string): boolean {
  for (let length = Math.min(trigger.length, said.length); length > 0; length -= 1)
    if (said.endsWith(trigger.slice(0, length))) return true;
  return false;
}

/** What is left of `max_tokens` behind so many tokens; nothing where none was set. */
export const shortened = (
  { max_tokens: most }: { max_tokens?: number },
  tokens: number,
): { max_tokens?: number } => (most === undefined ? {} : { max_tokens: most - tokens });

/** The usage of an answer of so many tokens, of which the engine that ended it may have counted its own part only. */
export function wholeUsage(usage: TokenUsage, tokens: number): TokenUsage {
  const { prompt_tokens } = usage;
  const completion_tokens = Math.max(tokens, usage.completion_tokens);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** How an answer ends behind so many tokens where no engine ends it. */
export const endingOf = (
  reason: Finished["reason"],
  tokens: number,
  duration_ms: number,
): Omit<Finished, "type"> => ({
  reason,
  usage: { prompt_tokens: 0, completion_tokens: tokens, total_tokens: tokens },
  figures: {
    time_to_first_token_ms: null,
    duration_ms,
    prefill_tokens_per_s: null,
    decode_tokens_per_s: null,
    prefilled_tokens: null,
  },
});
