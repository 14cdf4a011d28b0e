import fc from "fast-check";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchService } from "../../engine/batch";
import { type BatchStore, MemoryBatches } from "../../engine/batch-store";
import { EngineJournal } from "../../engine/journal";
import type { BatchItemDone, CompletionBody } from "../../protocol/wire";
import { eventually } from "../../testing/eventually";
import { MemoryLocks } from "../../testing/locks";
import { DEMO, ramble, readAll, Rig, say } from "../../testing/rig";
import { MemoryRows } from "../database/memory-rows";
import type { ChangeChannel } from "../database/changes";
import { storedDatabase } from "../database/stored-database";
import { Batches, type BatchesOptions } from "./batches";
import { type Batch, promptState, readBatch, sumsOf } from "./record";
import { resultsOf } from "./results";

let rows: MemoryRows;
let store: BatchStore;
let rigs: Rig[];
let asked: string[];
let locks: MemoryLocks;
let ids: number;
let channels: Set<ChangeChannel>;
/** Prompts whose answer has no end, once. */
let endless: Set<string>;

beforeEach(() => {
  rows = new MemoryRows();
  store = new MemoryBatches();
  rigs = [];
  asked = [];
  locks = new MemoryLocks();
  ids = 0;
  channels = new Set();
  endless = new Set();
});

afterEach(() => {
  for (const rig of rigs) rig.die();
});

const promptIn = ({ messages }: CompletionBody): string => {
  const content = messages.at(-1)?.content;
  return typeof content === "string" ? content : "";
};

/** A BroadcastChannel between the pages of a test. */
function channel(): ChangeChannel {
  const own: ChangeChannel = {
    onmessage: null,
    postMessage: (data) => {
      for (const other of channels) {
        if (other !== own) queueMicrotask(() => other.onmessage?.(new MessageEvent("message", { data })));
      }
    },
    close: () => channels.delete(own),
  };
  channels.add(own);
  return own;
}

/** A page with an engine room of its own; what both keep outlives it. */
async function page(options: Partial<BatchesOptions> & { sealed?: boolean } = {}): Promise<Batches> {
  const rig = new Rig(
    (body) => {
      asked.push(promptIn(body));
      return promptIn(body) === "too long"
        ? { deltas: [], end: { error: { code: "context_exceeded", message: "Too long." } } }
        : endless.delete(promptIn(body))
          ? ramble()
          : say(`about ${promptIn(body)}`);
    },
    { services: (host) => batchService({ host, journal: new EngineJournal(), store: () => Promise.resolve(store) }) },
  );
  rigs.push(rig);
  const client = rig.client();
  await readAll(client.load(DEMO));
  const { sealed = false, ...others } = options;
  return new Batches({
    database: Promise.resolve({ ...storedDatabase(rows, { channel: channel() }), sealed }),
    room: {
      run: (body) => client.stream({ type: "batch", body, credit: 64 }),
      forget: async (job) => {
        await client.query({ type: "forget_batch", job });
      },
    },
    model: () => DEMO,
    sampling: () => ({ max_tokens: 9 }),
    locks,
    nameOfLock: (id) => `batch:${id}`,
    newId: () => `b${String((ids += 1))}`,
    now: Date.now,
    failed: (error) => {
      throw error;
    },
    ended: () => undefined,
    ...others,
  });
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${String(index)}`);
const begin = (of: Batches, prompts: string[]): string => of.begin({ name: "Test", prompts, instruction: "" }).id;

async function state(of: Batches, id: string, kind: Batch["state"]["kind"]): Promise<Batch> {
  return eventually(() => {
    const batch = of.get(id);
    expect(batch?.state.kind).toBe(kind);
    return batch as Batch;
  });
}

async function answered(of: Batches, id: string, count: number): Promise<void> {
  await eventually(() => {
    expect(of.get(id)?.items.length).toBeGreaterThanOrEqual(count);
  });
}

describe("a batch", () => {
  it("has the answer or the error of every prompt, and their tokens", async () => {
    const of = await page();
    const id = begin(of, ["one", "too long", "three"]);
    const batch = await state(of, id, "finished");
    expect(batch.items.map(({ text, error }) => error?.code ?? text)).toEqual(["about one", "context_exceeded", "about three"]);
    expect([0, 1, 2].map((index) => promptState(batch, index))).toEqual(["done", "failed", "done"]);
    expect(sumsOf(batch)).toMatchObject({ done: 3, failed: 1 });
  });

  it("is paused and goes on without asking again what was answered", async () => {
    endless.add("p4");
    const of = await page();
    const id = begin(of, numbered(12));
    await answered(of, id, 4);
    of.pause(id);
    const paused = await state(of, id, "paused");
    expect(paused.state).toEqual({ kind: "paused", error: null });
    expect(paused.items).toHaveLength(4);
    of.resume(id);
    await state(of, id, "finished");
    // The one that was cut is asked once more, and nothing else.
    expect(asked).toEqual([...numbered(5), ...numbered(12).slice(4)]);
  });

  it.each([
    ["by what the engine room has kept", false],
    ["by what this page has kept, where nothing may lie in the clear", true],
  ])("outlives its page and repeats nothing, %s", async (_how, sealed) => {
    endless.add("p3");
    const first = await page({ sealed });
    const id = begin(first, numbered(10));
    await answered(first, id, 3);
    await first.settled();
    // As a page goes: without a word.
    rigs[0]?.die();
    locks = new MemoryLocks();
    if (sealed) expect(await store.list()).toEqual([]);
    const next = await page({ sealed });
    await next.opened;
    const left = await state(next, id, "paused");
    expect(left.items).toHaveLength(3);
    asked = [];
    next.resume(id);
    const batch = await state(next, id, "finished");
    expect(batch.items).toHaveLength(10);
    expect(asked).toEqual(numbered(10).slice(3));
    await eventually(async () => {
      expect(await store.list()).toEqual([]);
    });
  });

  it("leaves nothing in the engine room when its profile is left, and repeats nothing", async () => {
    endless.add("p3");
    const first = await page();
    const id = begin(first, numbered(6));
    await answered(first, id, 3);
    await first.leave();
    expect(await store.list()).toEqual([]);
    const next = await page();
    await next.opened;
    expect((await state(next, id, "paused")).items).toHaveLength(3);
    asked = [];
    next.resume(id);
    await state(next, id, "finished");
    expect(asked).toEqual(numbered(6).slice(3));
  });

  it("keeps what was answered when it is cancelled, and is asked no more", async () => {
    endless.add("p2");
    const of = await page();
    const id = begin(of, numbered(20));
    await answered(of, id, 2);
    of.cancel(id);
    const batch = await state(of, id, "cancelled");
    await eventually(async () => {
      expect(await store.list()).toEqual([]);
    });
    expect(batch.items).toHaveLength(2);
    expect(asked).toEqual(numbered(3));
    expect(of.get(id)?.state.kind).toBe("cancelled");
  });

  it("stops with the reason where the engine fails, and can go on", async () => {
    const of = await page();
    await rigs[0]?.client().unload();
    const id = begin(of, numbered(2));
    const batch = await state(of, id, "paused");
    expect(batch.state).toMatchObject({ error: { code: "model_not_loaded" } });
    await readAll((rigs[0] as Rig).client().load(DEMO));
    of.resume(id);
    await state(of, id, "finished");
  });

  it("that another tab runs is only watched, until that tab is gone", async () => {
    endless.add("p1");
    const one = await page();
    const id = begin(one, numbered(4));
    await answered(one, id, 1);
    await one.settled();
    const other = await page();
    await other.opened;
    expect(other.get(id)?.state.kind).toBe("running");
    other.resume(id);
    expect(asked.filter((prompt) => prompt === "p0")).toHaveLength(1);
    one.pause(id);
    await state(other, id, "paused");
  });

  it.each(["paused", "cancelled", "deleted"] as const)("that another tab runs is %s from here, and keeps its answers until then", async (how) => {
    endless.add("p2");
    const one = await page();
    const id = begin(one, numbered(5));
    await answered(one, id, 2);
    await one.settled();
    const other = await page();
    await other.opened;
    expect(other.get(id)?.state.kind).toBe("running");
    if (how === "paused") other.pause(id);
    else if (how === "cancelled") other.cancel(id);
    else other.remove(id);
    for (const tab of [one, other]) {
      if (how === "deleted") {
        await eventually(() => {
          expect(tab.get(id)).toBeNull();
        });
      } else expect((await state(tab, id, how)).items).toHaveLength(2);
    }
    await other.settled();
    expect(asked).toEqual(numbered(3));
    const later = await page();
    await later.opened;
    expect(later.get(id)?.state.kind ?? "deleted").toBe(how);
    if (how === "paused") return;
    await eventually(async () => {
      expect(await store.list()).toEqual([]);
    });
  });

  it("is gone with all it held when it is deleted", async () => {
    const of = await page();
    const id = begin(of, ["one"]);
    await state(of, id, "finished");
    of.remove(id);
    await of.settled();
    const next = await page();
    await next.opened;
    expect(next.list).toEqual([]);
  });

  it("is read from whatever was stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        readBatch("id", stored);
        const batch = readBatch("id", { name: "n", prompts: ["a", "b"], items: [stored], state: stored });
        expect(batch === null ? "" : resultsOf(batch, "csv")).toContain("prompt");
      }),
    );
  });
});

describe("the results", () => {
  const text = fc.string({ unit: "binary", maxLength: 30 });
  const batchOf = (prompts: string[], answers: string[]): Batch => ({
    id: "b",
    name: "n",
    prompts,
    instruction: "",
    sampling: {},
    items: answers.map((answer, index): BatchItemDone => ({
      type: "batch_item",
      index,
      text: answer,
      reason: "stop",
      usage: { prompt_tokens: 3, completion_tokens: index, total_tokens: 3 + index },
      figures: null,
      error: null,
    })),
    state: { kind: "paused", error: null },
    model: DEMO,
    createdAt: 0,
    changedAt: 0,
  });
  const some = fc
    .array(fc.tuple(text, text), { minLength: 1, maxLength: 10 })
    .map((pairs) => batchOf([...pairs.map(([prompt]) => prompt), "waits"], pairs.map(([, answer]) => answer)));

  it("are read back from JSON and CSV as they were, with what is still missing", () => {
    fc.assert(
      fc.property(some, (batch) => {
        const json = (JSON.parse(resultsOf(batch, "json")) as { results: Record<string, unknown>[] }).results;
        const csv = Papa.parse<Record<string, string>>(resultsOf(batch, "csv").slice(1), { header: true, newline: "\r\n" }).data;
        for (const [index, prompt] of batch.prompts.entries()) {
          const answer = batch.items[index]?.text ?? null;
          const state = answer === null ? "waiting" : "done";
          expect(json[index]).toMatchObject({ index, prompt, text: answer, state });
          expect(csv[index]).toMatchObject({ index: String(index), prompt, text: answer ?? "", state });
        }
      }),
    );
  });
});
