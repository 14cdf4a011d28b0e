import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversationRecord } from "../testing/records";
import { turnOf } from "../testing/turns";
import { ageOf, groupsOf } from "./groups";
import { marked } from "./marks";
import { further } from "./merge";
import { leafOf, parentsFirst, shortened, titleOf } from "./shape";

const NOW = new Date(2026, 5, 15, 0, 30).getTime();

describe("groups", () => {
  it("go by the days of the calendar", () => {
    expect(ageOf(NOW - 20 * 60_000, NOW)).toBe("today");
    expect(ageOf(NOW - 40 * 60_000, NOW)).toBe("yesterday");
    expect(ageOf(NOW - 7 * 86_400_000, NOW)).toBe("week");
    expect(ageOf(NOW - 30 * 86_400_000, NOW)).toBe("month");
    expect(ageOf(NOW - 300 * 86_400_000, NOW)).toBe("older");
    // A clock that was set back.
    expect(ageOf(NOW + 86_400_000, NOW)).toBe("today");
  });

  it("stand in the order of the list, pinned ones first", () => {
    const records = [
      conversationRecord("p", { pinned: true, changedAt: 1 }),
      conversationRecord("a", { changedAt: NOW }),
      conversationRecord("b", { changedAt: NOW - 60_000 }),
      conversationRecord("c", { changedAt: 1 }),
    ];
    expect(groupsOf(records, NOW).map(({ name, records: each }) => [name, each.map(({ id }) => id)])).toEqual([
      ["pinned", ["p"]],
      ["today", ["a", "b"]],
      ["older", ["c"]],
    ]);
  });
});

describe("titles", () => {
  it("are the first line of the question, or the name of what was attached", () => {
    expect(titleOf(turnOf("a", "  Why  is\tthe sky\nblue?"))).toBe("Why is the sky");
    const file = { kind: "text" as const, id: "f", name: "notes.txt", text: "x" };
    expect(titleOf({ question: "", attachments: [file] })).toBe("notes.txt");
    expect(shortened("word ".repeat(40))).toMatch(/^(word ){15}word…$/);
  });
});

describe("marks", () => {
  it("leave the text as it is, and mark words without case and accents", () => {
    expect(marked("Crème brûlée, CREME!", "creme")).toEqual([
      { text: "Crème", marked: true },
      { text: " brûlée, ", marked: false },
      { text: "CREME", marked: true },
      { text: "!", marked: false },
    ]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, query) => {
        expect(marked(text, query).map((piece) => piece.text).join("")).toBe(text);
      }),
    );
  });
});

describe("turns", () => {
  it("stand behind their parents, whatever order they were stored in, and none is lost", () => {
    const tree = fc
      .array(fc.nat(20), { minLength: 1, maxLength: 12 })
      .map((parents) =>
        parents.map((parent, place) => ({
          ...turnOf(String(place), "?"),
          parent: place === 0 ? null : String(parent % place),
          askedAt: Math.floor(place / 3),
        })),
      );
    fc.assert(
      fc.property(
        tree.chain((turns) => fc.shuffledSubarray(turns, { minLength: turns.length })),
        (turns) => {
          const ordered = parentsFirst(turns).map(({ id }) => id);
          expect([...ordered].sort()).toEqual(turns.map(({ id }) => id).sort());
          for (const { id, parent } of turns) {
            if (parent !== null) expect(ordered.indexOf(parent)).toBeLessThan(ordered.indexOf(id));
          }
        },
      ),
    );
  });

  it("are shown even where a damaged record makes them a circle", () => {
    const circle = [
      { ...turnOf("a", "?"), parent: "b" },
      { ...turnOf("b", "?"), parent: "a" },
    ];
    expect(parentsFirst(circle)).toHaveLength(2);
    expect(leafOf("gone", circle)).toBe("b");
  });

  it("of two versions, the one that has come further stays", () => {
    const running = { ...turnOf("a", "?"), state: { kind: "running" as const, stopping: false, retry: null } };
    const text = (said: string): (typeof running)["parts"] => [{ kind: "text", key: "k", text: said, open: true }];
    const short = { ...running, parts: text("Hel") };
    const long = { ...running, parts: text("Hello") };
    const done = { ...short, state: { kind: "done" as const } };
    for (const [one, other, stays] of [
      [short, long, long],
      [long, short, long],
      [long, done, done],
      [done, long, done],
    ] as const) {
      expect(further(one, other)).toBe(stays);
    }
  });
});
