/**
 * What a turn holds several times is held once: a text that the model has written stands in a part, in the session's
 * message, and there again as it was written. Strings that come by a message or from the database are copies, and they
 * would be the most of what the page holds of a long conversation.
 */
import type { Part } from "./parts";
import type { SessionMessage, Turn } from "./turn";

/** Shorter ones are not worth looking for. */
const LONG = 40;

/** The same turn, whose messages have their texts in common with its parts. */
export function saidOnce(turn: Turn): Turn {
  if (turn.messages === null) return turn;
  const texts = new Map<string, string>();
  for (const text of [turn.question, ...turn.parts.flatMap(textsOf)]) shared(text, texts);
  return { ...turn, messages: turn.messages.map((message) => sharing(message, texts) as SessionMessage) };
}

function textsOf(part: Part): readonly string[] {
  return part.kind === "tool" ? [part.arguments, part.result] : [part.text];
}

function sharing(value: unknown, texts: Map<string, string>): unknown {
  if (typeof value === "string") return shared(value, texts);
  if (Array.isArray(value)) return value.map((each) => sharing(each, texts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sharing(each, texts)]));
}

/** The text that is known by this one, which is known from now on. */
function shared(text: string, texts: Map<string, string>): string {
  if (text.length < LONG) return text;
  const known = texts.get(text);
  if (known === undefined) texts.set(text, text);
  return known ?? text;
}
