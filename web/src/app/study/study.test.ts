import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { BufferedStream } from "../../bridge/event-stream";
import { eventually } from "../../testing/eventually";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import type { Sampling } from "./asking";
import { readDeck } from "./deck";
import type { Model, Outcome, Progress } from "./making";
import { dueIn } from "./review";
import { Study } from "./study";
import { card, DIED, Speaker } from "./testing/speaker";

const DAY = 86_400_000;
const DEMO: Model = { id: "demo", contextWindow: 2048, holdsSchemas: true };
const RIVERS = { kind: "topic", text: "Rivers" } as const;

let database: ReturnType<typeof storedDatabase>;
let model: Model | null;
let sampling: Sampling;
let clock: number;
let said: (Progress | Outcome)[];
let ids: number;

beforeEach(() => {
  database = storedDatabase(new MemoryRows());
  model = DEMO;
  sampling = {};
  clock = Date.UTC(2026, 10, 21, 12);
  said = [];
  ids = 0;
});

function study(speaker: Pick<Speaker, "complete">): Study {
  return new Study({
    database: Promise.resolve(database),
    newId: () => `id${String((ids += 1))}`,
    now: () => clock,
    failed: (error) => {
      throw error;
    },
    complete: speaker.complete,
    model: () => model,
    sampling: () => sampling,
    announce: { done: (progress) => said.push(progress), ended: (outcome) => said.push(outcome) },
  });
}

const questions = (of: Study, deck: string): string[] => of.decks.get(deck)?.cards.map(({ question }) => question) ?? [];

async function ended(of: Study): Promise<void> {
  await eventually(() => {
    expect(of.making.progress.value).toBeNull();
  });
}

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => card(`q${String(from + index)}`, `a${String(from + index)}`));

describe("a deck", () => {
  it("gets its cards one by one, and is there again on the next day", async () => {
    const first = study(new Speaker(numbered(3)));
    const id = await first.making.begin(RIVERS, 3);
    await ended(first);
    expect(questions(first, id)).toEqual(["q0", "q1", "q2"]);
    expect(said.slice(0, 3)).toMatchObject([{ done: 1, wanted: 3 }, { done: 2 }, { done: 3 }]);
    expect(first.making.outcomeOf(id)).toMatchObject({ kind: "made", missed: 0 });
    await first.decks.settled();
    const next = study(new Speaker([]));
    await next.decks.opened;
    expect(next.decks.get(id)).toEqual(first.decks.get(id));
  });

  it("keeps the finished cards of a making that is stopped in the middle, and goes on from there", async () => {
    const stream = new BufferedStream({ consumed: () => undefined, cancelled: () => undefined });
    const speaker = new Speaker(numbered(2));
    let asked = 0;
    const made = study({ complete: (body) => ((asked += 1) > 2 ? stream : speaker.complete(body)) });
    const id = await made.making.begin(RIVERS, 5);
    await eventually(() => {
      expect(questions(made, id)).toHaveLength(2);
    });
    made.making.stop();
    stream.fail({ code: "aborted", message: "The request was cancelled." });
    await ended(made);
    expect(made.making.outcomeOf(id)).toEqual({ kind: "stopped", done: 2, wanted: 5 });
    await made.decks.settled();
    const next = study(new Speaker([card("q1"), ...numbered(3, 2)]));
    await next.decks.opened;
    expect(questions(next, id)).toEqual(["q0", "q1"]);
    next.making.more(id, 3);
    await ended(next);
    expect(questions(next, id)).toEqual(["q0", "q1", "q2", "q3", "q4"]);
  });

  it("says what went wrong, and keeps what was finished", async () => {
    const made = study(new Speaker([card("q0"), DIED]));
    const id = await made.making.begin(RIVERS, 4);
    await ended(made);
    expect(questions(made, id)).toEqual(["q0"]);
    expect(made.making.outcomeOf(id)).toEqual({ kind: "failed", done: 1, wanted: 4, error: DIED });
  });

  it.each([
    ["model_not_loaded", null],
    ["unsupported", { ...DEMO, holdsSchemas: false }],
  ] as const)("asks for no cards where the answer would be %s", async (code, given) => {
    model = given;
    const speaker = new Speaker([]);
    const made = study(speaker);
    const id = await made.making.begin(RIVERS, 4);
    expect(made.making.outcomeOf(id)).toMatchObject({ kind: "failed", error: { code } });
    expect(speaker.asked).toEqual([]);
  });

  it("has its cards changed, deleted and brought back by hand", async () => {
    const made = study(new Speaker([]));
    await made.decks.opened;
    const { id } = made.decks.begin(null, "By hand");
    made.decks.add(id, [{ question: "one?", answer: "1" }, { question: "two?", answer: "2" }]);
    const [one, two] = made.decks.get(id)?.cards ?? [];
    made.decks.edit(id, two?.id ?? "", { question: "two?", answer: "II" });
    made.decks.removeCard(id, one?.id ?? "");
    expect(made.decks.get(id)?.cards).toMatchObject([{ question: "two?", answer: "II" }]);
    made.decks.undoRemoval();
    expect(questions(made, id)).toEqual(["one?", "two?"]);
    made.decks.remove(id);
    await made.decks.settled();
    expect(await database.decks.all()).toEqual([]);
  });

  it("is read from whatever was stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        const deck = readDeck("id", stored);
        expect(deck === null || Array.isArray(deck.cards)).toBe(true);
      }),
    );
    const odd = { name: "odd", cards: [{ id: "1", question: "q", answer: "a", schedule: { due: "soon" } }, { id: 2 }, null] };
    expect(readDeck("id", odd)?.cards).toEqual([{ id: "1", question: "q", answer: "a", schedule: null }]);
  });
});

describe("the cache", () => {
  it("gives the same cards at once for the same topic, count, model and settings", async () => {
    const speaker = new Speaker(numbered(2));
    const made = study(speaker);
    const first = await made.making.begin(RIVERS, 2);
    await ended(made);
    clock += DAY;
    const second = await made.making.begin({ kind: "topic", text: " Rivers\n" }, 2);
    expect(questions(made, second)).toEqual(questions(made, first));
    expect(made.making.outcomeOf(second)).toMatchObject({ kind: "again", model: "demo", at: clock - DAY });
    expect(speaker.asked).toHaveLength(2);
  });

  it("gives them as the model made them, whatever became of them", async () => {
    const made = study(new Speaker(numbered(2)));
    const first = await made.making.begin(RIVERS, 2);
    await ended(made);
    made.decks.removeCard(first, made.decks.get(first)?.cards[0]?.id ?? "");
    const second = await made.making.begin(RIVERS, 2);
    expect(questions(made, second)).toEqual(["q0", "q1"]);
  });

  it.each([
    ["another count", () => 3, () => undefined],
    ["another model", () => 2, () => (model = { ...DEMO, id: "other" })],
    ["another setting", () => 2, () => (sampling = { temperature: 0.1 })],
  ])("makes new ones with %s", async (_what, count, change) => {
    const speaker = new Speaker(numbered(8));
    const made = study(speaker);
    await made.making.begin(RIVERS, 2);
    await ended(made);
    change();
    const id = await made.making.begin(RIVERS, count());
    await ended(made);
    expect(questions(made, id)).toEqual(Array.from({ length: count() }, (_, index) => `q${String(2 + index)}`));
  });

  it("makes new ones where it is asked to, and gives those from then on", async () => {
    const made = study(new Speaker(numbered(8)));
    await made.making.begin(RIVERS, 2);
    await ended(made);
    clock += DAY;
    const again = await made.making.begin(RIVERS, 2);
    made.making.renew(again);
    await ended(made);
    expect(questions(made, again)).toEqual(["q2", "q3"]);
    expect(questions(made, await made.making.begin(RIVERS, 2))).toEqual(["q2", "q3"]);
  });

  it("takes no card away where new ones were asked for and none came", async () => {
    const made = study(new Speaker([...numbered(2), DIED]));
    await made.making.begin(RIVERS, 2);
    await ended(made);
    const again = await made.making.begin(RIVERS, 2);
    made.making.renew(again);
    await ended(made);
    expect(made.making.outcomeOf(again)).toMatchObject({ kind: "failed", done: 0 });
    expect(questions(made, again)).toEqual(["q0", "q1"]);
  });

  it("holds nothing of a deck that was deleted, nor of a making that was cut short", async () => {
    const made = study(new Speaker([...numbered(2), card("q2"), DIED, ...numbered(4, 3)]));
    made.decks.remove(await made.making.begin(RIVERS, 2).then(async (id) => (await ended(made), id)));
    await made.making.begin(RIVERS, 2);
    await ended(made);
    const third = await made.making.begin(RIVERS, 2);
    await ended(made);
    expect(questions(made, third)).toEqual(["q3", "q4"]);
  });
});

describe("a review", () => {
  async function reviewed(): Promise<{ of: Study; id: string }> {
    const of = study(new Speaker(numbered(3)));
    const id = await of.making.begin(RIVERS, 3);
    await ended(of);
    of.startReview(id);
    return { of, id };
  }
  const grade = (of: Study, given: Parameters<Study["grade"]>[0]): void => {
    of.reveal();
    of.grade(given);
  };

  it("asks a card again in the same sitting until it is known, and another day afterwards", async () => {
    const { of, id } = await reviewed();
    const [first] = of.review.value?.queue ?? [];
    grade(of, "again");
    expect(of.review.value?.queue.at(-1)).toBe(first);
    grade(of, "easy");
    grade(of, "easy");
    grade(of, "easy");
    expect(of.review.value?.queue).toEqual([]);
    const deck = of.decks.get(id);
    expect(deck === null ? null : dueIn(deck, clock)).toEqual([]);
    clock += 30 * DAY;
    expect(deck === null ? null : dueIn(deck, clock)).toHaveLength(3);
  });

  it("takes no grade before the answer is shown", async () => {
    const { of } = await reviewed();
    const before = of.review.value;
    of.grade("easy");
    expect(of.review.value).toBe(before);
  });

  it("takes a grade back, with all that followed from it", async () => {
    const { of, id } = await reviewed();
    const before = of.decks.get(id)?.cards;
    grade(of, "good");
    of.takeBack();
    expect(of.decks.get(id)?.cards).toEqual(before);
    expect(of.review.value).toMatchObject({ revealed: true, given: { good: 0 } });
    expect(of.review.value?.queue).toHaveLength(3);
  });

  it("goes on without a card that is deleted, and ends with its deck", async () => {
    const { of, id } = await reviewed();
    of.decks.removeCard(id, of.review.value?.queue[0] ?? "");
    expect(of.review.value?.queue).toHaveLength(2);
    of.decks.remove(id);
    expect(of.review.value).toBeNull();
  });
});
