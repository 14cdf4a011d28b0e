import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Constraint } from "../protocol/wire";
import { accepts, readGrammar } from "../testing/gbnf";
import { EngineFailure } from "./errors";
import { constraintGrammar } from "./gbnf-constraint";

const call = (name: string, schema: Constraint["tags"][0]["schema"]): Constraint["tags"][0] => ({
  begin: `<tool_call>{"name": "${name}", "arguments": `,
  schema,
  end: "}</tool_call>",
});

const free: Constraint = {
  triggers: ["<tool_call>"],
  tags: [
    call("notes", { type: "object", properties: { text: { type: "string" } }, required: ["text"] }),
    call("todo", { type: "object", properties: { n: { type: "integer" } } }),
  ],
  at_least_one: false,
  stop_after_first: false,
};
const NOTE = '<tool_call>{"name": "notes", "arguments": {"text": "a <tool_call> b"}}</tool_call>';
const TODO = '<tool_call>{"name": "todo", "arguments": {"n": 3}}</tool_call>';
const WRONG = '<tool_call>{"name": "rm", "arguments": {}}</tool_call>';

const grammar = (more: Partial<Constraint>): ReturnType<typeof readGrammar> =>
  readGrammar(constraintGrammar({ ...free, ...more }));

describe("a constraint as a grammar", () => {
  it.each([
    [
      "free",
      {},
      ["", "Hi", `Let me see.\n${NOTE}`, `${NOTE}${TODO} done`, "a < b <<tool_cal", "<tool_<tool_call"],
    ],
    ["one", { stop_after_first: true }, ["", "Hi", `Well: ${TODO}`]],
    ["some", { at_least_one: true }, [NOTE, `${NOTE}\n${TODO} and text`]],
    ["exactly one", { at_least_one: true, stop_after_first: true }, [NOTE, TODO]],
    [
      "one behind text",
      { at_least_one: true, stop_after_first: true, text_first: 9 },
      [NOTE, `Well:\n${TODO}`, `123456789${TODO}`],
    ],
  ])("allows what may be written: %s", (_name, more, texts) => {
    expect(texts.filter((text) => !accepts(grammar(more), text))).toEqual([]);
  });

  it.each([
    ["free", {}, [WRONG, `${NOTE}${WRONG}`, "<tool_call>", "<<tool_call> hm", NOTE.replace('"a', "a")]],
    ["one", { stop_after_first: true }, [`${NOTE} more`, NOTE + TODO, WRONG]],
    ["some", { at_least_one: true }, ["", "Hi", `Text first ${NOTE}`, WRONG]],
    ["exactly one", { at_least_one: true, stop_after_first: true }, ["", NOTE + TODO, `${NOTE} `]],
    [
      "one behind text",
      { at_least_one: true, stop_after_first: true, text_first: 9 },
      ["", "Well", `a <${TODO}`, `1234567890${TODO}`, `Well ${TODO} and`],
    ],
  ])("forbids the rest: %s", (_name, more, texts) => {
    expect(texts.filter((text) => accepts(grammar(more), text))).toEqual([]);
  });

  it("leaves every text alone that holds no trigger, and knows each trigger in any text", () => {
    const triggers: Constraint["triggers"] = ["<a", "aab", "b<ab"];
    const tag = (begin: string): Constraint["tags"][0] => ({ begin, schema: { const: 1 }, end: ";" });
    const tags: Constraint["tags"] = [tag("<a"), tag("aab"), tag("b<ab")];
    const rules = readGrammar(constraintGrammar({ ...free, triggers, tags }));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "<", "x", "é"), maxLength: 12 }), (text) => {
        expect(accepts(rules, text)).toBe(!triggers.some((trigger) => text.includes(trigger)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["a tag that no trigger opens", { triggers: ["[CALL]", "<tool_call>"] }],
    ["a trigger without a tag", { triggers: ["<think>"] }],
    ["a schema that cannot be held", { tags: [call("x", { not: {} })] }],
  ] as [string, Partial<Constraint>][])("refuses %s", (_name, more) => {
    expect(() => grammar(more)).toThrow(EngineFailure);
  });
});
