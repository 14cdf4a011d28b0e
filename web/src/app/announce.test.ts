import { describe, expect, it } from "vitest";
import { AnswerAnnouncer, nextSentences } from "./announce";
import { newTurn } from "./stores/turn";
import { emptyConversation, reduceConversation, type Conversation } from "./stores/conversation";
import { block, ended, event } from "./testing/messages";
import type { PythonMessage } from "../protocol/wire";

describe("streamed text for a screen reader", () => {
  it("is said by whole sentences", () => {
    expect(nextSentences("It runs here. In your brow", 0, false)).toEqual({ say: "It runs here.", from: 13 });
    expect(nextSentences("It runs here. In your brow", 13, false)).toEqual({ say: "", from: 13 });
  });

  it("does not end a sentence inside of a number", () => {
    expect(nextSentences("It takes 3.5 seconds", 0, false).say).toBe("");
  });

  it("is said to its end when it has ended", () => {
    expect(nextSentences("No full stop", 0, true)).toEqual({ say: "No full stop", from: 12 });
  });

  it("leaves Markdown's marks out", () => {
    expect(nextSentences("**Bold** and `code`, see [this](https://x.example).\n", 0, false).say).toBe(
      "Bold and code, see this.",
    );
  });
});

describe("an announcer", () => {
  function follow(...messages: PythonMessage[]): string[] {
    const said: string[] = [];
    const announcer = new AnswerAnnouncer((sentences) => said.push(sentences));
    let conversation: Conversation = emptyConversation("c");
    conversation = reduceConversation(conversation, { type: "asked", id: "t", question: "?", at: 0 });
    conversation = reduceConversation(conversation, { type: "sent", id: "t" });
    announcer.expect("t");
    for (const message of messages) {
      conversation = reduceConversation(conversation, { type: "python", message, at: 0 });
      announcer.follow(conversation);
    }
    return said;
  }

  it("says each sentence once, and the end of the answer not at all", () => {
    expect(follow(...block("t", "text", ["One. Tw", "o. Thr", "ee."]), ended("t", "One. Two. Three."))).toEqual([
      "One.",
      "Two.",
      "Three.",
    ]);
  });

  it("says that a tool is called, and nothing of the thinking", () => {
    const said = follow(
      ...block("t", "thinking", ["Let me see. Yes. "]),
      event("t", "tool:pre", { tool_call_id: "1", tool_name: "notes", tool_input: {} }),
    );
    expect(said).toEqual(["Calls the tool notes."]);
  });

  it("reads out nothing that was not asked for here", () => {
    const said: string[] = [];
    const stored = { ...newTurn({ id: "t", parent: null, question: "?", at: 0 }), state: { kind: "done" as const } };
    const part = { kind: "text", key: "r:0", text: "Of yesterday.", open: false } as const;
    const turns = [{ ...stored, parts: [part] }];
    new AnswerAnnouncer((sentence) => said.push(sentence)).follow({ ...emptyConversation("c"), turns, leaf: "t" });
    expect(said).toEqual([]);
  });

  it("says an error once", () => {
    const failed: PythonMessage = {
      type: "turn_failed",
      id: "t",
      error: { code: "worker_died", message: "The worker has died." },
    };
    expect(follow(failed, failed)).toEqual(["The engine stopped. The worker has died."]);
  });
});
