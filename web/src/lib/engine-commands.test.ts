// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askingServices } from "../engine/asking-services";
import { EngineJournal } from "../engine/journal";
import { RoomDatabase } from "../engine/room-db";
import type { Services } from "../engine/services";
import { joined } from "../engine/services";
import { engineOn } from "../testing/engine-on-rig";
import { ask, DEMO, ramble, Rig, say } from "../testing/rig";
import type { Script } from "../engine/scripted";
import type { ModelEngine } from "./model-engine";

let rig: Rig;
let engine: ModelEngine;
let answer: () => Script;
let cancelled: string[];

/** What other rooms answer: a download that reports once and then ends, or waits until it is given up. */
const downloads: Services = {
  queries: { stored: () => Promise.reject(new Error("not asked")) },
  openings: {
    fetch: ({ model }, sink, signal) => {
      sink.push({
        type: "progress",
        stage: "download",
        fraction: 0.5,
        loaded_bytes: 5,
        total_bytes: 10,
        text: "",
      });
      if (model === "quick") {
        sink.finish({ type: "fetched", model, bytes: 10 });
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          cancelled.push(model);
          sink.finish({ type: "failure", error: { code: "aborted", message: "Paused." } });
          resolve();
        });
      });
    },
  },
};

beforeEach(() => {
  cancelled = [];
  answer = () => say("two words");
  const journal = new EngineJournal();
  const database = new RoomDatabase(`room-${crypto.randomUUID()}`);
  rig = new Rig(() => answer(), {
    journal,
    services: (host) => joined(askingServices(host, journal, database, undefined), downloads),
  });
  engine = engineOn(rig);
});

afterEach(() => {
  engine.close();
});

describe("an answer", () => {
  it("comes piece by piece and returns how it ended", async () => {
    await engine.load(DEMO);
    const pieces: string[] = [];
    const answering = engine.complete(ask("?"));
    let step = await answering.next();
    for (; step.done !== true; step = await answering.next()) pieces.push(step.value);
    expect(pieces.join("")).toBe("two words");
    expect(step.value).toMatchObject({ type: "finished", reason: "stop" });
  });

  it("is cancelled in the engine when its loop is left", async () => {
    await engine.load(DEMO);
    answer = ramble;
    for await (const piece of engine.complete(ask("?"))) if (piece !== "") break;
    answer = () => say("next");
    // The engine does one thing at a time: this one would wait for ever behind the other.
    let text = "";
    for await (const piece of engine.complete(ask("?"))) text += piece;
    expect(text).toBe("next");
  });

  it("throws the engine's error", async () => {
    const reading = engine.complete(ask("?")).next();
    await expect(reading).rejects.toMatchObject({ name: "EngineError", code: "model_not_loaded" });
  });
});

describe("a batch", () => {
  const body = { job: "j", prompts: ["a", "b", "c"] as [string, ...string[]] };

  it("gives every item, is kept, and can be forgotten", async () => {
    await engine.load(DEMO);
    const items: number[] = [];
    for await (const { index, text } of engine.batch(body)) {
      expect(text).toBe("two words");
      items.push(index);
    }
    expect(items).toEqual([0, 1, 2]);
    expect(await engine.batches()).toMatchObject([{ job: "j", finished: true }]);
    await engine.forgetBatch("j");
    expect(await engine.batches()).toEqual([]);
  });

  it("is paused when its loop is left, and goes on with the next one", async () => {
    await engine.load(DEMO);
    for await (const { index } of engine.batch(body)) if (index === 0) break;
    await expect
      .poll(async () => {
        const items: number[] = [];
        for await (const { index } of engine.batch(body)) items.push(index);
        return items;
      })
      .toEqual([0, 1, 2]);
  });
});

it("observes what happens until the signal aborts", async () => {
  const life = new AbortController();
  const names: string[] = [];
  const observing = (async () => {
    for await (const { name } of engine.observe({ signal: life.signal })) {
      names.push(name);
      if (name === "loaded") life.abort();
    }
  })();
  await engine.load(DEMO);
  await observing;
  expect(names).toContain("load_started");
});

describe("a download", () => {
  it("tells its progress and ends with what has come", async () => {
    const seen: number[] = [];
    const fetched = await engine.fetchModel("quick", { onProgress: ({ fraction }) => seen.push(fraction) });
    expect(fetched).toMatchObject({ model: "quick", bytes: 10 });
    expect(seen).toEqual([0.5]);
  });

  it("is paused by its signal", async () => {
    const life = new AbortController();
    const fetching = engine.fetchModel("slow", {
      signal: life.signal,
      onProgress: () => {
        life.abort();
      },
    });
    await expect(fetching).rejects.toMatchObject({ code: "aborted" });
    expect(cancelled).toEqual(["slow"]);
  });
});

it("asks for no vectors of no texts", async () => {
  expect(await engine.embed([])).toMatchObject({ vectors: [] });
});

it("says which command this engine does not know", async () => {
  await expect(engine.assess(DEMO)).rejects.toMatchObject({ code: "unsupported" });
});
