import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Script } from "../engine/scripted";
import type { CompletionBody, StreamEvent } from "../protocol/wire";
import { MemoryLocks } from "../testing/locks";
import { ask, DEMO, readAll, Rig, textOf } from "../testing/rig";
import type { EventStream } from "./event-stream";
import type { EngineLink } from "./link";

const WORDS = Array.from({ length: 12 }, (_, index) => `word${String(index)} `);
const WHOLE = WORDS.join("");

/** Writes the rest of the answer, and hangs after so many words. */
const rest =
  (words: number) =>
  ({ continue_text: shown = "" }: CompletionBody): Script => {
    const left = WORDS.slice(shown === "" ? 0 : shown.trimEnd().split(" ").length);
    const hangs = words < left.length;
    return { deltas: left.slice(0, words), end: { reason: hangs ? "abort" : "stop" } };
  };

// One browser has one lock manager.
const locks = new MemoryLocks();
let rigs: Rig[] = [];
afterEach(() => {
  for (const made of rigs) made.die();
  rigs = [];
});

interface RoomOptions {
  /** Words until it hangs. */
  words?: number;
  continues?: boolean;
}

function room({ words = WORDS.length, continues = true }: RoomOptions = {}): Rig {
  const made = new Rig(rest(words), { locks, load: { continues } });
  rigs.push(made);
  return made;
}

function attach(link: EngineLink, next: Rig): void {
  void readAll(link.attach(next.port()).load(DEMO));
}

/** Reads until so much text has come, or the end. */
async function readText(stream: EventStream, length: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  while (textOf(events).length < length) {
    const batch = await stream.next();
    if (batch === null) break;
    events.push(...batch);
  }
  return events;
}

async function started(first: Rig): Promise<EngineLink> {
  const link = first.link({ attachTimeoutMs: 5_000 });
  await readAll(link.load(DEMO));
  return link;
}

describe("an answer whose engine room dies", () => {
  it("is asked again unseen before its first text", async () => {
    const first = room({ words: 0 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    const begun = await stream.next();
    first.die();
    attach(link, room());
    const events = [...(begun ?? []), ...(await readAll(stream))];
    expect(textOf(events)).toBe(WHOLE);
    expect(events.filter(({ type }) => type !== "delta").map(({ type }) => type)).toEqual([
      "started",
      "finished",
    ]);
  });

  it("goes on behind the text that was shown, and says so", async () => {
    const first = room({ words: 4 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    const before = await readText(stream, 4 * 6);
    first.die();
    attach(link, room());
    const events = [...before, ...(await readAll(stream))];
    expect(textOf(events)).toBe(WHOLE);
    expect(events.find(({ type }) => type === "recovered")).toMatchObject({
      error: { code: "worker_died" },
      model: DEMO,
      engine: { kind: "scripted" },
    });
    expect(events.at(-1)).toMatchObject({ type: "finished", reason: "stop" });
  });

  it("has no more tokens than it was asked for, and counts those of all rooms", async () => {
    const bounded = ({ continue_text: shown = "", max_tokens: most = 99 }: CompletionBody): Script => {
      const left = WORDS.slice(shown === "" ? 0 : shown.trimEnd().split(" ").length);
      return shown === ""
        ? { deltas: left.slice(0, 4), end: { reason: "abort" } }
        : { deltas: left.slice(0, most), end: { reason: "length" } };
    };
    const [first, second] = [0, 1].map(() => new Rig(bounded, { locks, load: { continues: true } }));
    if (first === undefined || second === undefined) throw new Error("There are two rooms.");
    rigs.push(first, second);
    const link = await started(first);
    const stream = link.complete({ ...ask("hi"), max_tokens: 6 });
    const before = await readText(stream, 4 * 6);
    first.die();
    attach(link, second);
    const events = [...before, ...(await readAll(stream))];
    expect(textOf(events)).toBe(WORDS.slice(0, 6).join(""));
    expect(events.at(-1)).toMatchObject({ reason: "length", usage: { completion_tokens: 6 } });
  });

  it("that was cut behind its last token only ends", async () => {
    const first = room({ words: 4 });
    const link = await started(first);
    const stream = link.complete({ ...ask("hi"), max_tokens: 4 });
    const before = await readText(stream, 4 * 6);
    first.die();
    attach(link, room());
    const events = [...before, ...(await readAll(stream))];
    expect(textOf(events)).toBe(WORDS.slice(0, 4).join(""));
    expect(events.at(-1)).toMatchObject({ reason: "length", usage: { completion_tokens: 4 } });
  });

  it("ends with what happened where the next engine cannot go on", async () => {
    const first = room({ words: 4 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    const before = await readText(stream, 4 * 6);
    first.die();
    attach(link, room({ continues: false }));
    const events = [...before, ...(await readAll(stream))];
    expect(textOf(events)).toBe(WORDS.slice(0, 4).join(""));
    expect(events.at(-1)).toMatchObject({ type: "failure", error: { code: "worker_died" } });
  });

  it("goes on when the link is led to another engine while the first still lives", async () => {
    const first = room({ words: 4 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    const before = await readText(stream, 4 * 6);
    attach(link, room());
    expect(textOf([...before, ...(await readAll(stream))])).toBe(WHOLE);
    // The room that was left has nothing more to do for it.
    await expect.poll(() => first.host.state).toMatchObject({ type: "ready", queued: 0 });
  });

  it("waits for a model in a room that begins empty", async () => {
    const first = room({ words: 0 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    await stream.next();
    first.die();
    const client = link.attach(room().port());
    await client.status();
    void readAll(client.load(DEMO));
    expect(textOf(await readAll(stream))).toBe(WHOLE);
  });

  it("is refused by the next room where its model does not load", async () => {
    const first = room({ words: 0 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    await stream.next();
    first.die();
    const error = { code: "out_of_memory" as const, message: "Too large." };
    const second = new Rig(rest(1), { locks, load: { error } });
    rigs.push(second);
    attach(link, second);
    expect((await readAll(stream)).at(-1)).toMatchObject({
      type: "failure",
      error: { code: "model_not_loaded", details: { cause: "out_of_memory" } },
    });
  });

  it("can be cancelled while it waits for the next room", async () => {
    const first = room({ words: 2 });
    const link = await started(first);
    const stream = link.complete(ask("hi"));
    await readText(stream, 2 * 6);
    first.die();
    const end = readAll(stream);
    stream.cancel();
    expect((await end).at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
  });

  it("ends with a failure when room after room dies of it", async () => {
    const rooms = Array.from({ length: 5 }, () => room({ words: 0 }));
    const link = await started(rooms[0] ?? room());
    const end = readAll(link.complete(ask("hi")));
    for (const [index, dying] of rooms.entries()) {
      await expect.poll(() => dying.host.state).toMatchObject({ queued: index < 4 ? 1 : 0 });
      dying.die();
      const next = rooms[index + 1];
      if (next !== undefined) attach(link, next);
      if (next !== undefined) await expect.poll(() => next.host.state.type).toBe("ready");
    }
    expect(await end).toMatchObject([
      { type: "started" },
      { type: "failure", error: { code: "worker_died" } },
    ]);
  });

  it(
    "is text exactly once, and one end, however often and wherever rooms die",
    { timeout: 60_000 },
    async () => {
      const deaths = fc.array(fc.record({ words: fc.nat(WORDS.length - 1), continues: fc.boolean() }), {
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(deaths, fc.option(fc.nat(WHOLE.length)), async (dying, cancelAt) => {
          const rooms = [...dying.map(room), room()];
          const link = await started(rooms[0] ?? room());
          const stream = link.complete(ask("hi"));
          const events: StreamEvent[] = [];
          let shown = 0;
          for (const [index, here] of rooms.entries()) {
            if (index > 0) attach(link, here);
            const plan = dying[index];
            if (plan === undefined) break;
            shown += plan.words * 5;
            const wanted = Math.min(shown, WHOLE.length) - textOf(events).length;
            events.push(...(await readText(stream, wanted)));
            if (cancelAt !== null && textOf(events).length >= cancelAt) stream.cancel();
            here.die();
          }
          events.push(...(await readAll(stream)));
          const last = events.at(-1);
          expect(WHOLE.startsWith(textOf(events))).toBe(true);
          expect(events.filter(({ type }) => type === "finished" || type === "failure")).toEqual([last]);
          expect(events.filter(({ type }) => type === "started").length).toBeLessThanOrEqual(1);
          if (last?.type === "finished" && last.reason === "stop") expect(textOf(events)).toBe(WHOLE);
          if (cancelAt === null && dying.every(({ continues }) => continues))
            expect(last).toMatchObject({ type: "finished", reason: "stop" });
          for (const here of rooms) here.die();
        }),
        { numRuns: 40 },
      );
    },
  );
});
