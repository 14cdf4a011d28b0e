import "fake-indexeddb/auto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { batch, itemsOf, prompts, readItems, room } from "../testing/batches";
import { readAll, say } from "../testing/rig";
import { batchStore, KeptBatches, MemoryBatches } from "./batch-store";
import { RoomDatabase } from "./room-db";

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
