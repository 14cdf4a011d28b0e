import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchOf, choicesOf, entriesOf, newestLeaf } from "./branches";
import { emptyConversation, reduceConversation, type Conversation, type ConversationAction } from "./conversation";

const asked = (id: string, parent?: string | null, question = id): ConversationAction => ({
  type: "asked",
  id,
  question,
  at: 1,
  ...(parent === undefined ? {} : { parent }),
});
const after = (...actions: ConversationAction[]): Conversation =>
  actions.reduce(reduceConversation, emptyConversation("c"));
const shown = (conversation: Conversation): string[] => branchOf(conversation).map(({ id }) => id);

describe("a branch", () => {
  it("is what was asked, in its order", () => {
    expect(shown(after(asked("a"), asked("b"), asked("c")))).toEqual(["a", "b", "c"]);
  });

  it("begins anew where a question is asked in other words, and the first one stays", () => {
    const edited = after(asked("a"), asked("b"), asked("c"), asked("b2", "a"));
    expect(shown(edited)).toEqual(["a", "b2"]);
    expect(shown(reduceConversation(edited, { type: "switched", id: "b" }))).toEqual(["a", "b", "c"]);
  });

  it("ends in nothing rather than in a circle", () => {
    const conversation = after(asked("a"), asked("b"));
    const turns = conversation.turns.map((turn) => ({ ...turn, parent: turn.id === "a" ? "b" : "a" }));
    expect(shown({ ...conversation, turns })).toEqual(["a", "b"]);
  });

  it("shows the notices of its own turns alone", () => {
    const what = { type: "python_restarted" } as const;
    const sent: ConversationAction = { type: "sent", id: "b" };
    const told = after(asked("a"), asked("b"), sent, { type: "noticed", id: "n", what }, asked("b2", "a"));
    expect(entriesOf(told).map(({ id }) => id)).toEqual(["a", "b2"]);
    expect(entriesOf(reduceConversation(told, { type: "switched", id: "b" })).map(({ id }) => id)).toContain("n");
  });
});

describe("the choices of a place", () => {
  it("are the wordings of a question, and the answers to each", () => {
    const conversation = after(asked("a"), asked("b", null, "other"), asked("b2", null, "other"));
    const choices = choicesOf(conversation);
    expect(choices.get("a")).toEqual({ question: { at: 1, of: 2, previous: null, next: "b2" }, answer: null });
    expect(choices.get("b2")).toEqual({
      question: { at: 2, of: 2, previous: "a", next: null },
      answer: { at: 2, of: 2, previous: "b", next: null },
    });
  });

  it("are the same objects while an answer is written", () => {
    const conversation = after(asked("a"), asked("b", null));
    const before = choicesOf(conversation).get("a");
    expect(choicesOf(reduceConversation(conversation, { type: "sent", id: "a" })).get("a")).toBe(before);
  });
});

describe("a deletion", () => {
  it("takes what follows with it, and shows the branch beside", () => {
    const conversation = after(asked("a"), asked("b"), asked("c"), asked("b2", "a"), asked("d"));
    const without = reduceConversation(conversation, { type: "removed", id: "b2" });
    expect(without.turns.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(shown(without)).toEqual(["a", "b", "c"]);
  });

  it("of everything leaves nothing on the screen", () => {
    expect(shown(after(asked("a"), asked("b"), { type: "removed", id: null }))).toEqual([]);
  });

  it("is undone to what was there, whatever was deleted", () => {
    const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(parents, fc.nat(), (picks, deleted) => {
        const tree = picks.reduce((conversation, pick, index) => {
          const places = [null, ...conversation.turns.map(({ id }) => id)];
          return reduceConversation(conversation, asked(`t${String(index)}`, places[pick % places.length]));
        }, emptyConversation("c"));
        const gone = tree.turns[deleted % tree.turns.length]?.id ?? "";
        const without = reduceConversation(tree, { type: "removed", id: gone });
        expect(without.turns.every(({ parent }) => parent === null || without.turns.some(({ id }) => id === parent))).toBe(true);
        expect(reduceConversation(without, { type: "put_back" })).toEqual(tree);
      }),
    );
  });

  it("keeps what was asked since behind what comes back", () => {
    const conversation = after(asked("a"), asked("b"), { type: "removed", id: "b" });
    // A question would end the chance to undo; a second tab's turn does not.
    const since = { ...reduceConversation(conversation, asked("n")), removed: conversation.removed };
    const back = reduceConversation(since, { type: "put_back" });
    expect(back.turns.map(({ id }) => id)).toEqual(["a", "b", "n"]);
  });

  it("of an answer that runs is brought back as it ended", () => {
    const gone = after(asked("a"), { type: "sent", id: "a" }, { type: "removed", id: "a" });
    const message = { type: "turn_ended", id: "a", outcome: "cancelled", text: "", messages: [] } as const;
    const ended = reduceConversation(gone, { type: "python", message: { ...message, messages: [] }, at: 2 });
    expect(branchOf(reduceConversation(ended, { type: "put_back" }))[0]?.state).toEqual({ kind: "stopped" });
  });
});

describe("a waiting question that is taken back", () => {
  it("lets what waits behind it move up", () => {
    const conversation = after(asked("a"), asked("b"), asked("c"), { type: "withdrawn", id: "b" });
    expect(shown(conversation)).toEqual(["a", "c"]);
  });
});

it("the newest leaf is where a branch was left", () => {
  expect(newestLeaf(after(asked("a"), asked("b"), asked("b2", "a")), "a")).toBe("b2");
});
