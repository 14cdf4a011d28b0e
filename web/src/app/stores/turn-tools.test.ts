import { describe, expect, it } from "vitest";
import type { ApprovalAsked, PythonMessage } from "../../protocol/wire";
import { emptyConversation, reduceConversation, type Conversation } from "./conversation";
import type { ToolPart } from "./turn";

const ASKED: ApprovalAsked = {
  type: "approval_asked",
  id: "t",
  approval: "a-1",
  tool: "notes",
  arguments: { action: "list" },
  question: "May the tool notes run?",
};

const event = (name: string, more: Record<string, unknown> = {}, call = "c-1"): PythonMessage => ({
  type: "turn_event",
  id: "t",
  name,
  payload: { tool_name: "notes", tool_call_id: call, tool_input: { action: "list" }, ...more },
});

function after(messages: readonly PythonMessage[], before = begun()): Conversation {
  return messages.reduce(
    (conversation, message, at) => reduceConversation(conversation, { type: "python", message, at: at * 100 }),
    before,
  );
}

function begun(): Conversation {
  const asked = reduceConversation(emptyConversation("c"), { type: "asked", id: "t", question: "?", at: 0 });
  return reduceConversation(asked, { type: "sent", id: "t" });
}

const cards = (conversation: Conversation): ToolPart[] =>
  conversation.turns.flatMap(({ parts }) => parts.filter((part) => part.kind === "tool"));

const answer = (conversation: Conversation, choice: "once" | "deny"): Conversation =>
  reduceConversation(conversation, { type: "approved", approval: "a-1", choice });

const POST = event("tool:post", { result: { success: true, output: "none" } });

// Hooks that come before the gate hear of a call first, those behind it only when it was let through.
describe.each([
  ["before", [event("tool:pre"), event("approval:required"), ASKED]],
  ["behind", [event("approval:required"), ASKED]],
  ["without its call, behind", [ASKED]],
])("a call that asks, with tool:pre %s the question", (when, asking) => {
  const rest = when === "before" ? [] : [event("tool:pre")];

  it("is one card from the question to the result", () => {
    const asked = after(asking);
    expect(cards(asked)).toMatchObject([{ state: "asking", asked: { approval: "a-1" } }]);
    const granted = after([event("approval:granted"), ...rest], answer(asked, "once"));
    expect(cards(granted)).toMatchObject([{ state: "running", choice: "once" }]);
    expect(cards(after([POST], granted))).toMatchObject([{ state: "done", choice: "once", result: "none" }]);
  });

  it("stays, where it was denied", () => {
    const denied = after([event("approval:denied", { choice: "deny" })], answer(after(asking), "deny"));
    expect(cards(denied).at(-1)).toMatchObject({ state: "denied" });
    expect(cards(denied).some(({ choice }) => choice === "deny")).toBe(true);
  });

  it("asks nobody any more once the question is withdrawn", () => {
    const withdrawn = after([{ type: "approval_withdrawn", approval: "a-1" }], after(asking));
    expect(cards(withdrawn)).toMatchObject([{ state: "abandoned" }]);
  });
});

it("tells the time that the tool took, not the time that a person took", () => {
  const asked = after([event("tool:pre"), event("approval:required"), ASKED]);
  const ended = [event("approval:granted"), POST].reduce(
    (conversation, message, at) =>
      reduceConversation(conversation, { type: "python", message, at: 60_000 + at * 250 }),
    answer(asked, "once"),
  );
  const [card] = cards(ended);
  expect((card?.endedAt ?? 0) - (card?.startedAt ?? 0)).toBe(250);
});

it("shows a call that is never allowed, though nobody was asked", () => {
  expect(cards(after([event("approval:denied", { reason: "Not allowed." })]))).toMatchObject([
    { state: "denied", name: "notes" },
  ]);
});

it("keeps parallel calls of one tool apart", () => {
  const second: ApprovalAsked = { ...ASKED, approval: "a-2" };
  const both = after([
    event("approval:required"),
    ASKED,
    event("approval:denied", {}, "c-1"),
    event("approval:required", {}, "c-2"),
    second,
  ]);
  expect(cards(both)).toMatchObject([
    { callId: "c-1", state: "denied", asked: { approval: "a-1" } },
    { callId: "c-2", state: "asking", asked: { approval: "a-2" } },
  ]);
});

it("leaves no question behind that nobody could answer after a reload", () => {
  const left = after([event("approval:required"), ASKED]);
  expect(cards(reduceConversation(emptyConversation("c"), { type: "restored", conversation: left }))).toEqual([]);
});
