import { describe, expect, it } from "vitest";
import { canBeContinued } from "./continuing";
import type { CompletionBody, Constraint } from "./wire";

const BODY: CompletionBody = { messages: [{ role: "user", content: "hi" }] };
const FREE: Constraint = {
  triggers: ["<tool_call>"],
  tags: [{ begin: "<tool_call>", schema: {}, end: "</tool_call>" }],
  at_least_one: false,
  stop_after_first: false,
};

describe("an answer that was cut", () => {
  it("can go on as plain text", () => {
    expect(canBeContinued(BODY, "So far")).toBe(true);
    expect(canBeContinued({ ...BODY, response_format: { type: "text" } }, "So far")).toBe(true);
  });

  it("can go on where calls may come and none has begun", () => {
    expect(canBeContinued({ ...BODY, constraint: FREE }, "So 1 < 2")).toBe(true);
  });

  it("cannot go on within a call, nor within what opens one", () => {
    expect(canBeContinued({ ...BODY, constraint: FREE }, 'So <tool_call>{"na')).toBe(false);
    expect(canBeContinued({ ...BODY, constraint: FREE }, "So <tool")).toBe(false);
  });

  it("cannot go on where a call must come, or a schema holds the whole", () => {
    expect(canBeContinued({ ...BODY, constraint: { ...FREE, at_least_one: true } }, "So")).toBe(false);
    expect(canBeContinued({ ...BODY, response_format: { type: "json_object" } }, '{"a')).toBe(false);
  });
});
