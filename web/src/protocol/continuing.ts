import type { CompletionBody, Constraint } from "./wire";

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
