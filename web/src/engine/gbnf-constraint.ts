/** A constraint in llama.cpp's words: one grammar for the whole answer (pure). */
import type { Constraint } from "../protocol/wire";
import { failure } from "./errors";
import { Grammar, literal, noneOf, repeated } from "./gbnf";
import { schemaRule } from "./gbnf-schema";
import { screenSchema } from "./schema-screen";

/**
 * Text is free as long as no trigger has been written; then one of the trigger's tags must follow.
 *
 * llama.cpp also has "lazy" grammars, which begin at a trigger. They see it only at the end of a token: one that
 * holds the trigger and a wrong character behind it ends the answer with an error. This grammar rules it out, and
 * costs the same: a token that fits is looked at alone. Throws `grammar_failed`.
 */
export function constraintGrammar(constraint: Constraint): string {
  const { triggers, tags } = constraint;
  const grammar = new Grammar();
  const named = tags.map(({ begin, schema, end }) => {
    screenSchema(schema);
    if (!triggers.some((trigger) => begin.startsWith(trigger))) throw unreachable("tag", begin);
    return { begin, content: `${schemaRule(schema, grammar)} ${literal(end)}` };
  });
  const text = constraint.stop_after_first ? '""' : grammar.reserve("text");
  /** What of the tags is still to be written when `written` has been. */
  const after = (written: string): string => {
    const fitting = named.filter(({ begin }) => begin.startsWith(written));
    if (fitting.length === 0) throw unreachable("trigger", written);
    const rests = fitting.map(
      ({ begin, content }) => `${literal(begin.slice(written.length))} ${content} ${text}`,
    );
    return grammar.rule("tag", ...rests);
  };
  if (!constraint.stop_after_first) grammar.define(text, freeText(triggers, after, grammar));
  grammar.define(
    "root",
    // What must come, comes first, or behind a text with an end: else a model would never have to stop talking.
    constraint.at_least_one
      ? `${textFirst(constraint)} ${after("")}`
      : constraint.stop_after_first
        ? freeText(triggers, after, grammar)
        : text,
  );
  return grammar.toString();
}

/** A text in which no trigger can begin. */
const textFirst = ({ text_first: most, triggers }: Constraint): string =>
  repeated(noneOf(triggers.map((trigger) => Array.from(trigger)[0] ?? "")), 0, most ?? 0);

const unreachable = (what: string, text: string): ReturnType<typeof failure> =>
  failure(
    "grammar_failed",
    `No ${what === "tag" ? "trigger" : "tag"} belongs to the ${what} ${literal(text)}.`,
  );

/**
 * Text in which the first trigger is followed by what `after` says (the automaton of Aho and Corasick: one rule
 * for each beginning of a trigger that the text may just have ended with).
 */
function freeText(triggers: readonly string[], after: (trigger: string) => string, grammar: Grammar): string {
  const beginnings = new Set(triggers.flatMap((trigger) => prefixes(trigger)));
  const alphabet = [...new Set(triggers.flatMap((trigger) => Array.from(trigger)))];
  const states = new Map([...beginnings].map((beginning) => [beginning, grammar.reserve("free")]));
  const follow = (written: string): string => {
    const fired = suffixes(written).find((suffix) => triggers.includes(suffix));
    if (fired !== undefined) return after(fired);
    return states.get(suffixes(written).find((suffix) => beginnings.has(suffix)) ?? "") ?? "";
  };
  const start = states.get("") ?? "";
  for (const [beginning, name] of states) {
    const steps = alphabet.map((char) => ({ char, next: follow(beginning + char) }));
    const leading = steps.filter(({ next }) => next !== start);
    const aside = `${noneOf(leading.map(({ char }) => char))} ${start}`;
    grammar.define(
      name,
      [...leading.map(({ char, next }) => `${literal(char)} ${next}`), aside, '""'].join(" | "),
    );
  }
  return start;
}

/** Its proper prefixes, the empty one first. */
function prefixes(text: string): string[] {
  const characters = Array.from(text);
  return characters.map((_, length) => characters.slice(0, length).join(""));
}

/** The text and all that it ends with, longest first, the empty text last. */
function suffixes(text: string): string[] {
  const characters = Array.from(text);
  return [...characters.map((_, start) => characters.slice(start).join("")), ""];
}
