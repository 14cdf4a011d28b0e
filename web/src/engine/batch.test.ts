import "fake-indexeddb/auto";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EngineClient } from "../bridge/client";
import type { EventStream } from "../bridge/event-stream";
import type { BatchBody, BatchItemDone, CompletionBody, StreamEvent } from "../protocol/wire";
import { eventually } from "../testing/eventually";
import { ask, DEMO, ramble, readAll, Rig, say, textOf } from "../testing/rig";
import { batchService } from "./batch";
import { type BatchStore, batchStore, KeptBatches, MemoryBatches } from "./batch-store";
import { EngineJournal } from "./journal";
import { RoomDatabase } from "./room-db";
import type { Script } from "./scripted";

const rigs: Rig[] = [];
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.die();
});

const promptOf = ({ messages }: CompletionBody): string => {
  const content = messages.at(-1)?.content;
  return typeof content === "string" ? content : "";
};

interface Room {
  /** Prompts in the order in which the engine was asked. */
  asked: string[];
  journal: EngineJournal;
  client: EngineClient;
  rig: Rig;
}

type Answer = (prompt: string, body: CompletionBody) => Script;

/** An engine room with a model; `store` outlives it. */
async function room(
  store: BatchStore,
  answer: Answer = (prompt) => say(`about ${prompt}`),
  limit?: number,
): Promise<Room> {
  const asked: string[] = [];
  const journal = new EngineJournal();
  const rig = new Rig(
    (body) => {
      asked.push(promptOf(body));
      return answer(promptOf(body), body);
    },
    { services: (host) => batchService({ host, journal, store: () => Promise.resolve(store), limit }) },
  );
  rigs.push(rig);
  const client = rig.client();
  await readAll(client.load(DEMO));
  return { asked, journal, client, rig };
}

const batch = (client: EngineClient, body: BatchBody): EventStream =>
  client.stream({ type: "batch", body, credit: 8 });

const itemsOf = (events: StreamEvent[]): BatchItemDone[] =>
  events.filter((event) => event.type === "batch_item");

const prompts = (count: number): [string, ...string[]] => [
  "p0",
  ...Array.from({ length: count - 1 }, (_, index) => `p${String(index + 1)}`),
];

/** Reads until so many items have come. */
async function readItems(stream: EventStream, count: number): Promise<BatchItemDone[]> {
  const items: BatchItemDone[] = [];
  while (items.length < count) {
    const events = await stream.next();
    if (events === null) throw new Error("The stream has ended.");
    items.push(...itemsOf(events));
  }
  return items;
}

describe("a batch", () => {
  it("answers every prompt behind the shared messages, in order, and ends", async () => {
    const bodies: CompletionBody[] = [];
    const { client } = await room(new MemoryBatches(), (prompt, body) => {
      bodies.push(body);
      return say(`about ${prompt}`);
    });
    const shared = [{ role: "system" as const, content: "Be brief." }];
    const events = await readAll(
      batch(client, { job: "j", shared, prompts: prompts(3), body: { max_tokens: 9 } }),
    );
    expect(itemsOf(events).map(({ index, text, reason, error }) => ({ index, text, reason, error }))).toEqual(
      prompts(3).map((prompt, index) => ({ index, text: `about ${prompt}`, reason: "stop", error: null })),
    );
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", job: "j", succeeded: 3, failed: 0 });
    expect(bodies[1]).toEqual({ max_tokens: 9, messages: [...shared, { role: "user", content: "p1" }] });
  });

  it("goes on with the next prompt when one fails, and says which", async () => {
    const { client } = await room(new MemoryBatches(), (prompt) =>
      prompt === "p1"
        ? { deltas: [], end: { error: { code: "context_exceeded", message: "Too long." } } }
        : say("fine"),
    );
    const events = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(itemsOf(events).map(({ error }) => error?.code ?? null)).toEqual([null, "context_exceeded", null]);
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 2, failed: 1 });
  });

  it("stops where there is no model, and goes on once there is one", async () => {
    const { client, asked } = await room(new MemoryBatches());
    await client.unload();
    const stopped = await readAll(batch(client, { job: "j", prompts: prompts(2) }));
    expect(itemsOf(stopped)).toEqual([]);
    expect(stopped.at(-1)).toMatchObject({
      type: "failure",
      error: { code: "model_not_loaded", details: { job: "j", done: 0, prompts: 2 } },
    });
    await readAll(client.load(DEMO));
    expect(itemsOf(await readAll(batch(client, { job: "j", prompts: prompts(2) })))).toHaveLength(2);
    expect(asked).toEqual(["p0", "p1"]);
  });

  it("is paused by a cancel, says how far it is, and repeats nothing when it goes on", async () => {
    let endless = true;
    // However few messages the answers come in, the batch is not over when it is cancelled.
    const { client, asked } = await room(new MemoryBatches(), (prompt) =>
      endless && prompt === "p8" ? ramble() : say(`about ${prompt}`, 1),
    );
    const stream = batch(client, { job: "j", prompts: prompts(12) });
    const before = await readItems(stream, 4);
    stream.cancel();
    const rest = await readAll(stream);
    const done = before.length + itemsOf(rest).length;
    expect(rest.at(-1)).toMatchObject({
      type: "failure",
      error: { code: "aborted", details: { done, prompts: 12 } },
    });
    asked.splice(0);
    endless = false;
    const again = await readAll(batch(client, { job: "j", prompts: prompts(12) }));
    expect(asked).toEqual(prompts(12).slice(done));
    expect(itemsOf(again).map(({ text }) => text)).toEqual(prompts(12).map((prompt) => `about ${prompt}`));
  });

  it("does not ask again for what whoever asks has kept, and keeps nothing where it is told so", async () => {
    const store = new MemoryBatches();
    const { client, asked, journal } = await room(store);
    const body: BatchBody = { job: "j", prompts: prompts(4), keep: false, done: [0, 2, 2] };
    const events = await readAll(batch(client, body));
    expect(asked).toEqual(["p1", "p3"]);
    expect(itemsOf(events).map(({ index }) => index)).toEqual([1, 3]);
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 2, failed: 0 });
    expect(await store.list()).toEqual([]);
    const told = journal.events.filter(({ name }) => name === "batch_item");
    expect(told.map(({ details }) => [details.done, details.kept])).toEqual([
      [3, false],
      [4, false],
    ]);
    const beyond = await readAll(batch(client, { job: "j", prompts: prompts(2), done: [2] }));
    expect(beyond.at(-1)).toMatchObject({ type: "failure", error: { code: "invalid_request" } });
  });

  it("has the next prompt computed while an answer is kept, and tells of none before", async () => {
    const store = new MemoryBatches();
    const keep = store.keep.bind(store);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    store.keep = async (...given) => {
      await held;
      return keep(...given);
    };
    const { client, asked, journal } = await room(store);
    const stream = batch(client, { job: "j", prompts: prompts(4) });
    await eventually(() => {
      expect(asked).toEqual(["p0", "p1"]);
    });
    expect(journal.events).toEqual([]);
    release();
    expect(itemsOf(await readAll(stream)).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it("lets a chat in between after the item that runs", async () => {
    const { client, asked } = await room(new MemoryBatches(), (prompt) => say(`about ${prompt}`, 1));
    const stream = batch(client, { job: "j", prompts: prompts(8) });
    await readItems(stream, 2);
    const before = asked.length;
    const answer = textOf(await readAll(client.complete(ask("chat"))));
    expect(answer).toBe("about chat");
    expect(asked.indexOf("chat") - before).toBeLessThanOrEqual(1);
    await readAll(stream);
    expect(asked.filter((prompt) => prompt !== "chat")).toEqual(prompts(8));
  });

  it("is refused with other prompts under the name of a job that is kept", async () => {
    const { client } = await room(new MemoryBatches());
    await readAll(batch(client, { job: "j", prompts: prompts(2) }));
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(refusal).toMatchObject({
      type: "failure",
      error: { code: "invalid_request", details: { job: "j" } },
    });
  });

  it("is refused while the same job runs", async () => {
    const { client } = await room(new MemoryBatches(), () => say("slow answer", 5));
    const stream = batch(client, { job: "j", prompts: prompts(3) });
    await readItems(stream, 1);
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(3) }));
    expect(refusal).toMatchObject({ type: "failure", error: { code: "busy" } });
    await expect(client.query({ type: "forget_batch", job: "j" })).rejects.toMatchObject({ code: "busy" });
    stream.cancel();
    await readAll(stream);
  });

  it("has 100 prompts at most where nothing else is configured", async () => {
    const { client } = await room(new MemoryBatches());
    const [refusal] = await readAll(batch(client, { job: "j", prompts: prompts(101) }));
    expect(refusal).toMatchObject({
      type: "failure",
      error: { code: "invalid_request", details: { limit: 100, prompts: 101 } },
    });
  });

  it("has as many as the engine's options allow", async () => {
    const { client } = await room(new MemoryBatches(), undefined, 150);
    const events = await readAll(batch(client, { job: "j", prompts: prompts(150) }));
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 150 });
  });

  it.each([
    ["messages", { messages: [] }],
    ["continue_text", { continue_text: "so far" }],
    ["a field of another type", { temperature: "warm" }],
    ["an unknown field", { heat: 1 }],
  ])("is refused with %s in its body, before anything is kept", async (_name, body) => {
    const { client } = await room(new MemoryBatches());
    const [refusal] = await readAll(batch(client, { job: "j", prompts: ["p"], body }));
    expect(refusal).toMatchObject({ type: "failure", error: { code: "invalid_request" } });
    expect(await client.query({ type: "batches" })).toEqual({ type: "batch_jobs", jobs: [] });
  });

  it("is listed, newest first, and can be forgotten", async () => {
    const { client } = await room(new MemoryBatches());
    await readAll(batch(client, { job: "one", prompts: prompts(2) }));
    expect(await client.query({ type: "batches" })).toMatchObject({
      jobs: [{ job: "one", prompts: 2, done: 2, failed: 0, model: DEMO, finished: true }],
    });
    await client.query({ type: "forget_batch", job: "one" });
    expect(await client.query({ type: "batches" })).toMatchObject({ jobs: [] });
    await expect(client.query({ type: "forget_batch", job: "one" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("leaves figures and no text in the journal", async () => {
    const { client, journal } = await room(new MemoryBatches(), () => say("a secret answer"));
    await readAll(batch(client, { job: "j", prompts: ["a secret prompt"] }));
    expect(journal.events).toMatchObject([
      { name: "batch_item", model: DEMO, details: { index: 0, of: 1, done: 1, failed: 0, kept: true } },
    ]);
    expect(JSON.stringify(journal.events)).not.toContain("secret");
  });
});

describe("a job in the browser's database", () => {
  it("outlives the engine room", async () => {
    const name = `room-${crypto.randomUUID()}`;
    const first = await room(new KeptBatches(new RoomDatabase(name)), (prompt) => say(`about ${prompt}`, 1));
    const stream = batch(first.client, { job: "j", prompts: prompts(6) });
    const before = await readItems(stream, 3);
    first.rig.die();
    const second = await room(new KeptBatches(new RoomDatabase(name)));
    const events = await readAll(batch(second.client, { job: "j", prompts: prompts(6) }));
    expect(itemsOf(events)).toHaveLength(6);
    expect(second.asked.length).toBeLessThanOrEqual(6 - before.length);
    expect(second.asked).toEqual(prompts(6).slice(6 - second.asked.length));
  });

  it("is forgotten with its answers, and leaves the others alone", async () => {
    const store = new KeptBatches(new RoomDatabase(`room-${crypto.randomUUID()}`));
    const { client, asked } = await room(store);
    await readAll(batch(client, { job: "a", prompts: prompts(2) }));
    await readAll(batch(client, { job: "b", prompts: prompts(2) }));
    await client.query({ type: "forget_batch", job: "a" });
    expect(await store.items("a")).toEqual([]);
    expect(await store.items("b")).toHaveLength(2);
    asked.splice(0);
    await readAll(batch(client, { job: "a", prompts: prompts(2) }));
    expect(asked).toEqual(prompts(2));
  });

  it("is kept in memory where the database does not open", async () => {
    const warning = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const closed = new RoomDatabase();
    closed.open = () => Promise.reject(new Error("no storage here"));
    expect(await batchStore(closed)).toBeInstanceOf(MemoryBatches);
    expect(warning).toHaveBeenCalledOnce();
    warning.mockRestore();
  });

  it("counts an answer once that two engines have given", async () => {
    const store = new KeptBatches(new RoomDatabase(`room-${crypto.randomUUID()}`));
    const counts = { prompts: 2, done: 0, failed: 0, model: null, createdAt: 1 };
    await store.begin({ job: "j", fingerprint: "f", ...counts });
    const item = {
      type: "batch_item",
      index: 0,
      text: "",
      reason: "stop",
      usage: null,
      figures: null,
    } as const;
    await store.keep("j", "m", { ...item, error: null });
    expect(await store.keep("j", "m", { ...item, error: null })).toMatchObject({ done: 1 });
  });
});

it("computes every prompt once, however often it is interrupted, but for those that were cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 5 }),
      async (count, interruptions) => {
        const store = new KeptBatches(new RoomDatabase(`room-${crypto.randomUUID()}`));
        const finished: string[] = [];
        let deltas = 0;
        let interrupt: (() => void) | null = null;
        let after = Infinity;
        const { client } = await room(store, (prompt) => ({
          deltas: (function* () {
            for (const delta of ["about ", prompt]) {
              deltas += 1;
              if (deltas >= after) interrupt?.();
              yield delta;
            }
            finished.push(prompt);
          })(),
          end: { reason: "stop" },
        }));
        for (const point of [...interruptions, Infinity]) {
          const stream = batch(client, { job: "j", prompts: prompts(count) });
          deltas = 0;
          after = point;
          interrupt = () => {
            stream.cancel();
          };
          if (point === 0) stream.cancel();
          const events = await readAll(stream);
          const told = itemsOf(events);
          expect(told.map(({ index }) => index)).toEqual([...told.keys()]);
          expect(told.every(({ index, text }) => text === `about p${String(index)}`)).toBe(true);
          if (events.at(-1)?.type === "batch_finished") expect(told).toHaveLength(count);
        }
        const stored = await store.items("j");
        expect(stored).toHaveLength(count);
        // What was cut after its last word counts as cut: it is the only way to be computed twice.
        const repeated = finished.length - new Set(finished).size;
        expect(repeated).toBeLessThanOrEqual(interruptions.length);
        expect(new Set(finished).size).toBe(count);
      },
    ),
    { numRuns: 40 },
  );
});
