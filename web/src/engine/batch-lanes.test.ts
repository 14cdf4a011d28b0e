import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { batch, itemsOf, prompts, readItems, room } from "../testing/batches";
import { eventually } from "../testing/eventually";
import { ask, ramble, readAll, say, textOf } from "../testing/rig";
import { KeptBatches, MemoryBatches } from "./batch-store";
import { RoomDatabase } from "./room-db";
import type { Script } from "./scripted";

/** An answer of which nothing comes. */
const SILENCE: Script = { deltas: [], end: { reason: "abort" } };

const indexesOf = (events: Parameters<typeof itemsOf>[0]): number[] =>
  itemsOf(events).map(({ index }) => index);

describe("a batch on an engine that computes two items at once", () => {
  it("asks for two, keeps each as soon as it is there, and tells of them in order", async () => {
    const store = new KeptBatches(new RoomDatabase(`room-${crypto.randomUUID()}`));
    let release = false;
    const { client, asked } = await room(
      store,
      (prompt) =>
        prompt === "p0"
          ? {
              deltas: (function* () {
                while (!release) yield "";
                yield "about p0";
              })(),
              pauseMs: 1,
              end: { reason: "stop" },
            }
          : say(`about ${prompt}`),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(5) });
    await eventually(async () => {
      expect((await store.items("j")).map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    });
    expect(asked).toEqual(prompts(5));
    release = true;
    const events = await readAll(stream);
    expect(itemsOf(events).map(({ text }) => text)).toEqual(prompts(5).map((prompt) => `about ${prompt}`));
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 5, failed: 0 });
  });

  it("tells of what is done where it is paused, and repeats nothing of it", async () => {
    let endless = true;
    const store = new MemoryBatches();
    const { client, asked } = await room(
      store,
      (prompt) => (endless && prompt === "p1" ? ramble() : say(`about ${prompt}`)),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(4), keep: false });
    await eventually(() => {
      expect(asked).toEqual(prompts(4));
    });
    stream.cancel();
    const events = await readAll(stream);
    const done = indexesOf(events);
    expect(done).not.toContain(1);
    expect(events.at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
    endless = false;
    asked.splice(0);
    const rest = await readAll(batch(client, { job: "j", prompts: prompts(4), keep: false, done }));
    expect([...done, ...indexesOf(rest)].sort()).toEqual([0, 1, 2, 3]);
    expect(asked).toHaveLength(4 - done.length);
  });

  it("tells of each as it comes where whoever asks keeps the answers", async () => {
    const { client } = await room(
      new MemoryBatches(),
      (prompt) => (prompt === "p0" ? SILENCE : say(`about ${prompt}`)),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(4), keep: false });
    expect((await readItems(stream, 3)).map(({ index }) => index)).toEqual([1, 2, 3]);
    stream.cancel();
    expect(indexesOf(await readAll(stream))).toEqual([]);
  });

  it("tells what is kept of a job in order as well", async () => {
    let endless = true;
    const store = new MemoryBatches();
    const { client } = await room(
      store,
      (prompt) => (endless && prompt === "p1" ? ramble() : say(`about ${prompt}`)),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(4) });
    await eventually(async () => {
      expect(await store.items("j")).toHaveLength(3);
    });
    stream.cancel();
    expect(indexesOf(await readAll(stream))).toEqual([0, 2, 3]);
    endless = false;
    expect(indexesOf(await readAll(batch(client, { job: "j", prompts: prompts(4) })))).toEqual([0, 1, 2, 3]);
  });

  it("lets a chat in between once the items that run have ended, with the engine to itself", async () => {
    const running = new Set<string>();
    const beside: string[][] = [];
    let chatWaits = false;
    const { client, asked, rig } = await room(
      new MemoryBatches(),
      (prompt) => ({
        deltas: (function* () {
          running.add(prompt);
          beside.push([...running]);
          // Nothing ends before the chat is in the line: how many came before it is then known.
          while (!chatWaits) yield "";
          yield `about ${prompt}`;
          running.delete(prompt);
        })(),
        pauseMs: 1,
        end: { reason: "stop" },
      }),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(20) });
    await eventually(() => {
      expect(asked).toEqual(prompts(2));
    });
    const chat = readAll(client.complete(ask("chat")));
    await eventually(() => {
      expect(rig.host.state).toMatchObject({ type: "ready", queued: 3 });
    });
    chatWaits = true;
    expect(textOf(await chat)).toBe("about chat");
    await readAll(stream);
    expect(asked.slice(0, 3)).toEqual(["p0", "p1", "chat"]);
    expect(beside.filter((some) => some.includes("chat"))).toEqual([["chat"]]);
    expect(beside.some((some) => some.length === 2)).toBe(true);
    expect([...asked].filter((prompt) => prompt !== "chat")).toEqual(prompts(20));
  });

  it("asks for one after the other once the engine says that it can do no more", async () => {
    let running = 0;
    const beside: number[] = [];
    const { client, rig } = await room(
      new MemoryBatches(),
      (prompt) => ({
        deltas: (function* () {
          running += 1;
          beside.push(running);
          yield `about ${prompt}`;
          running -= 1;
        })(),
        end: { reason: "stop" },
      }),
      { lanes: 2 },
    );
    expect(rig.host.lanes).toBe(2);
    rig.engines[0]?.narrow();
    await eventually(() => {
      expect(rig.host.lanes).toBe(1);
    });
    const events = await readAll(batch(client, { job: "j", prompts: prompts(6) }));
    expect(indexesOf(events)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(beside)).toEqual(new Set([1]));
  });

  it("has every item answered once where the engine is lost under two of them", async () => {
    const { client, asked, rig } = await room(
      new MemoryBatches(),
      (prompt) => (rig.engines.length === 1 && prompt === "p3" ? SILENCE : say(`about ${prompt}`)),
      { lanes: 2 },
    );
    const stream = batch(client, { job: "j", prompts: prompts(6) });
    await eventually(() => {
      expect(asked).toContain("p3");
    });
    rig.engines[0]?.lose({ code: "device_lost", message: "Gone." });
    const events = await readAll(stream);
    expect(indexesOf(events)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.at(-1)).toMatchObject({ type: "batch_finished", succeeded: 6, failed: 0 });
    expect(rig.engines).toHaveLength(2);
  });
});
