import { describe, expect, it } from "vitest";
import type { PythonMessage } from "../../protocol/wire";
import { block, BOOTED, DIED, ended, event, response, toolCall } from "../testing/messages";
import {
  emptyConversation,
  nextTurn,
  reduceConversation,
  runningTurn,
  type Conversation,
  type ConversationAction,
} from "./conversation";
import { branchOf, entriesOf } from "./branches";
import { answerText, type Part, type Turn } from "./turn";

const AT = 1000;

function after(...actions: ConversationAction[]): Conversation {
  return actions.reduce(reduceConversation, emptyConversation("c"));
}

const asked = (id: string, question = "What?"): ConversationAction => ({ type: "asked", id, question, at: AT });
const sent = (id: string): ConversationAction => ({ type: "sent", id });
const says = (message: PythonMessage, at = AT): ConversationAction => ({ type: "python", message, at });

function running(...messages: PythonMessage[]): Turn {
  return only(after(asked("t"), sent("t"), ...messages.map((message) => says(message))));
}

function only(conversation: Conversation): Turn {
  const [turn] = branchOf(conversation);
  if (turn === undefined) throw new Error("The conversation has no turn.");
  return turn;
}

const kinds = (parts: readonly Part[]): string[] => parts.map((part) => part.kind);

describe("a turn", () => {
  it("waits until it is sent", () => {
    expect(only(after(asked("t"))).state).toEqual({ kind: "waiting" });
    expect(only(after(asked("t"), sent("t"))).state.kind).toBe("running");
  });

  it("joins the deltas of a block in their order", () => {
    const turn = running(...block("t", "text", ["This ", "is ", "it."]));
    expect(answerText(turn)).toBe("This is it.");
  });

  it("keeps thinking apart from the answer, with the time it took", () => {
    const [start, delta, end] = block("t", "thinking", ["Hm."]);
    if (start === undefined || delta === undefined || end === undefined) throw new Error("incomplete block");
    const conversation = after(asked("t"), sent("t"), says(start, 1000), says(delta, 1500), says(end, 4000));
    expect(only(conversation).parts).toEqual([
      { kind: "thinking", key: "r1:0", text: "Hm.", open: false, startedAt: 1000, endedAt: 4000 },
    ]);
    expect(answerText(only(conversation))).toBe("");
  });

  it("keeps the blocks of two requests apart, though their indices are the same", () => {
    const turn = running(
      ...block("t", "text", ["Before."], { request: "r1" }),
      ...toolCall("t", "1", "notes", { action: "list" }, { success: true, output: "none" }),
      ...block("t", "text", ["After."], { request: "r2" }),
    );
    expect(kinds(turn.parts)).toEqual(["text", "tool", "text"]);
    expect(answerText(turn)).toBe("Before.\n\nAfter.");
  });

  it("shows a tool call only once it runs, with its arguments and its result", () => {
    const turn = running(
      ...block("t", "tool_use", []),
      ...toolCall("t", "1", "notes", { action: "add", text: "x" }, { success: true, output: "Note 1 saved: x" }),
    );
    expect(turn.parts).toMatchObject([
      {
        kind: "tool",
        key: "tool:1",
        callId: "1",
        name: "notes",
        arguments: '{ "action": "add", "text": "x" }',
        result: "Note 1 saved: x",
        state: "done",
      },
    ]);
  });

  it("shows a tool result that says it failed as failed, with what it says", () => {
    const turn = running(
      ...toolCall("t", "1", "notes", {}, { success: false, output: null, error: { message: "No text." } }),
    );
    expect(turn.parts).toMatchObject([{ state: "failed", result: "No text." }]);
  });

  it("shows a tool error", () => {
    const turn = running(
      event("t", "tool:pre", { tool_call_id: "1", tool_name: "todo", tool_input: {} }),
      event("t", "tool:error", { tool_call_id: "1", tool_name: "todo", error: { message: "It broke.", type: "X" } }),
    );
    expect(turn.parts).toMatchObject([{ state: "failed", result: "It broke." }]);
  });

  it("settles parallel calls of one tool by their ids", () => {
    const pre = (call: string): PythonMessage =>
      event("t", "tool:pre", { tool_call_id: call, tool_name: "notes", tool_input: { call } });
    const post = (call: string): PythonMessage =>
      event("t", "tool:post", { tool_call_id: call, tool_name: "notes", result: { success: true, output: call } });
    const turn = running(pre("a"), pre("b"), post("b"), post("a"));
    expect(turn.parts).toMatchObject([
      { callId: "a", result: "a" },
      { callId: "b", result: "b" },
    ]);
  });

  it("takes the figures and the engine from the last response", () => {
    const turn = running(response("t"), response("t", { usage: { output_tokens: 9 }, finish_reason: "length" }));
    expect(turn.figures).toMatchObject({
      outputTokens: 9,
      finishReason: "length",
      engine: { kind: "webllm", adapter: "google swiftshader" },
      figures: { decode_tokens_per_s: 6.4 },
    });
  });

  it("takes no figures from a response that failed", () => {
    expect(running(response("t", { status: "error" })).figures).toBeNull();
  });

  it("says what was degraded", () => {
    const degradation = { requested: "constrained tool calls", actual: "calls read from the text", reason: "no grammar" };
    expect(running(response("t", { degradation })).figures?.degradation).toEqual(degradation);
  });

  it("survives payloads of the wrong shape", () => {
    const turn = running(
      event("t", "llm:stream_block_start", { block_type: 7 }),
      event("t", "llm:stream_block_delta", { text: { not: "text" } }),
      event("t", "llm:response", { usage: "none", figures: [1], engine: { kind: "other" } }),
      event("t", "tool:post", { result: null }),
    );
    expect(turn.figures).toMatchObject({ engine: null, figures: null, outputTokens: null });
  });

  it("ends as done, and closes what was open", () => {
    const [start, delta] = block("t", "text", ["Half"]);
    if (start === undefined || delta === undefined) throw new Error("incomplete block");
    const turn = running(start, delta, ended("t", "Half"));
    expect(turn.state).toEqual({ kind: "done" });
    expect(turn.parts).toMatchObject([{ text: "Half", open: false }]);
  });

  it("shows the final text when nothing was streamed", () => {
    expect(answerText(running(ended("t", "Whole answer.")))).toBe("Whole answer.");
  });

  it("does not repeat the final text when it was streamed", () => {
    expect(answerText(running(...block("t", "text", ["Once."]), ended("t", "Once.")))).toBe("Once.");
  });

  it("keeps what was written when it is stopped", () => {
    const conversation = after(
      asked("t"),
      sent("t"),
      ...block("t", "text", ["Half an ans"]).map((message) => says(message)),
      { type: "stop_asked", id: "t", at: AT },
    );
    expect(only(conversation).state).toMatchObject({ kind: "running", stopping: true });
    const stopped = only(reduceConversation(conversation, says(ended("t", "", "cancelled"))));
    expect(stopped.state).toEqual({ kind: "stopped" });
    expect(answerText(stopped)).toBe("Half an ans");
  });

  it("keeps what was written when it fails, and leaves no tool running", () => {
    const turn = running(
      ...block("t", "text", ["Half"]),
      event("t", "tool:pre", { tool_call_id: "1", tool_name: "notes", tool_input: {} }),
      { type: "turn_failed", id: "t", error: DIED },
    );
    expect(turn.state).toEqual({ kind: "failed", error: DIED });
    expect(turn.parts).toMatchObject([{ text: "Half" }, { state: "abandoned" }]);
  });

  it("ignores events that come after its end", () => {
    const turn = running(ended("t", "Done."), ...block("t", "text", ["late"], { request: "r9" }));
    expect(answerText(turn)).toBe("Done.");
  });

  it("shows that a request is tried again, until it writes", () => {
    const retry = event("t", "provider:retry", { attempt: 1, max_retries: 3 });
    expect(running(retry).state).toMatchObject({ retry: { attempt: 1, of: 3 } });
    expect(running(retry, ...block("t", "text", ["x"])).state).toMatchObject({ retry: null });
  });
});

describe("a conversation", () => {
  it("runs one turn at a time, in the order of asking", () => {
    const two = after(asked("a"), asked("b"), sent("a"));
    expect(nextTurn(two)).toBeNull();
    expect(nextTurn(reduceConversation(two, says(ended("a"))))?.id).toBe("b");
  });

  it("fails the running turn when Python dies, and keeps the waiting ones", () => {
    const error = { code: "python_failed" as const, message: "Python crashed." };
    const conversation = after(asked("a"), asked("b"), sent("a"), says({ type: "python_failed", error }));
    expect(branchOf(conversation).map((turn) => turn.state)).toEqual([{ kind: "failed", error }, { kind: "waiting" }]);
    expect(runningTurn(conversation)).toBeNull();
  });

  it("is not touched by messages about starting, or about other turns", () => {
    const conversation = after(asked("a"));
    expect(reduceConversation(conversation, says(BOOTED))).toBe(conversation);
    expect(branchOf(reduceConversation(conversation, says(ended("other"))))).toEqual(branchOf(conversation));
  });

  it("takes back a turn that was withdrawn", () => {
    expect(branchOf(after(asked("a"), asked("b"), { type: "withdrawn", id: "b" })).map((turn) => turn.id)).toEqual(["a"]);
  });

  it("puts a notice before what waits", () => {
    const conversation = after(asked("a"), sent("a"), says(ended("a")), asked("b"), {
      type: "noticed",
      id: "n",
      what: { type: "python_restarted" },
    });
    expect(entriesOf(conversation).map((entry) => entry.id)).toEqual(["a", "n", "b"]);
  });

  it("shows only the last of notices that follow each other, and none before the first turn", () => {
    const notice = (id: string): ConversationAction => ({ type: "noticed", id, what: { type: "new_model", model: id } });
    expect(entriesOf(after(notice("n")))).toEqual([]);
    const conversation = after(asked("a"), sent("a"), says(ended("a")), notice("n"), notice("m"));
    expect(entriesOf(conversation).map((entry) => entry.id)).toEqual(["a", "m"]);
  });
});
