import { expect, it } from "vitest";
import { MemoryRows } from "../database/memory-rows";
import type { Query } from "../database/rows";
import type { Schema, StoreName } from "../database/schema";
import { storedDatabase } from "../database/stored-database";
import { inference } from "../testing/inferences";
import { RANGES } from "./choices";
import { type FileFormat, fileBegin, fileEnd, filePart } from "./files";
import { History } from "./history";
import type { Inference } from "./inference";
import { OverviewReader } from "./overview";
import { InferenceStore } from "./store";
import { meanOf } from "./summary";

const NOW = new Date(2026, 10, 21, 12, 30).getTime();
const HOUR = 3_600_000;

/** Rows that count how often a list is read of them, and that can be gone. */
class ReadRows extends MemoryRows {
  reads = 0;
  works = true;

  override list<S extends StoreName>(store: S, query: Query): Promise<Schema[S][]> {
    this.reads += 1;
    return this.works ? super.list(store, query) : Promise.reject(new Error("The database is gone."));
  }
}

function opened(): InferenceStore {
  const store = new InferenceStore(
    () => NOW,
    (error) => {
      throw error;
    },
  );
  store.attach(storedDatabase(new MemoryRows()));
  return store;
}

async function history(store: InferenceStore, wanted = {}): Promise<History> {
  const made = new History(store, () => NOW);
  await made.start("recent", wanted);
  return made;
}

it("counts an inference once though several tabs hear of it, also before there is a database", async () => {
  const database = storedDatabase(new MemoryRows());
  const tabs = [0, 1].map(() => new InferenceStore(() => NOW, console.error));
  const early = inference("early", { at: NOW - 5 });
  await tabs[0]?.remember(early);
  for (const tab of tabs) tab.attach(database);
  const late = inference("late", { at: NOW });
  await Promise.all([...tabs, ...tabs].flatMap((tab) => [tab.remember(late), tab.remember(early)]));
  const [sum] = (await tabs[1]?.sums("hour", NOW - HOUR)) ?? [];
  expect(sum?.sum.counts).toEqual({ "answer:done": 2 });
  expect((await tabs[0]?.page({ limit: 9 }))?.inferences).toEqual([late, early]);
  await tabs[0]?.reset();
  expect((await tabs[1]?.page({ limit: 9 }))?.inferences).toEqual([]);
  expect(await tabs[1]?.sums("day", 0)).toEqual([]);
});

it("tells who has looked too early that there is a database", async () => {
  const database = storedDatabase(new MemoryRows());
  const before = new InferenceStore(() => NOW, console.error);
  before.attach(database);
  await before.remember(inference("kept", { at: NOW }));
  const store = new InferenceStore(() => NOW, console.error);
  const early = store.version.value;
  expect((await store.page({ limit: 9 })).inferences).toEqual([]);
  store.attach(database);
  expect(store.version.value).not.toBe(early);
  expect((await store.page({ limit: 9 })).inferences).toHaveLength(1);
});

it("reads ahead what is asked for next, until something has come to it", async () => {
  const rows = new ReadRows();
  const store = new InferenceStore(() => NOW, console.error, () => 1);
  store.ahead(9);
  store.attach(storedDatabase(rows));
  await store.remember(inference("one", { at: NOW }));
  store.ahead(9);
  store.ahead(9);
  expect(rows.reads).toBe(1);
  expect((await store.page({ limit: 9 })).inferences).toHaveLength(1);
  expect(await store.models()).toEqual(["demo"]);
  expect(rows.reads).toBe(1);
  await store.page({ limit: 8 });
  expect(rows.reads).toBe(2);
  await store.remember(inference("two", { at: NOW, model: "other" }));
  expect((await store.page({ limit: 9 })).inferences).toHaveLength(2);
  expect(await store.models()).toEqual(["demo", "other"]);
  rows.works = false;
  store.ahead(9);
  await expect(store.page({ limit: 9 })).rejects.toThrow("gone");
  rows.works = true;
  expect((await store.page({ limit: 9 })).inferences).toHaveLength(2);
});

it("counts each of many that come at the same moment", async () => {
  const store = new InferenceStore(
    () => NOW,
    console.error,
    () => 1,
  );
  const many = Array.from({ length: 60 }, (_, at) => inference(`i${String(at)}`, { at: NOW - at }));
  for (const early of many.slice(0, 30)) void store.remember(early);
  store.attach(storedDatabase(new MemoryRows()));
  await Promise.all(many.map((each) => store.remember(each)));
  const [sum] = await store.sums("hour", NOW - HOUR);
  expect(sum?.sum.counts).toEqual({ "answer:done": 60 });
  expect((await store.page({ limit: 99 })).inferences).toHaveLength(60);
});

it("reads again what is looked at by then", async () => {
  const store = opened();
  await store.remember(inference("now", { at: NOW }));
  const reader = new OverviewReader(store, () => NOW);
  await reader.refresh();
  expect(reader.state.value.kind).toBe("reading");
  await reader.read({ range: "recent", split: "none", wanted: {} });
  await reader.read({ range: "week", split: "model", wanted: {} });
  await store.remember(inference("next", { at: NOW - 1 }));
  await reader.refresh();
  expect(reader.state.value).toMatchObject({ looked: { range: "week", split: "model" }, overview: { answers: 2 } });
});

it("reads the other stretches of time ahead, and again once something has come to them", async () => {
  const store = opened();
  await store.remember(inference("now", { at: NOW }));
  const levels: string[] = [];
  const watched: Pick<InferenceStore, "page" | "sums" | "version"> = {
    version: store.version,
    page: (query) => store.page(query),
    sums: (level, from) => {
      levels.push(level);
      return store.sums(level, from);
    },
  };
  const idle: (() => void)[] = [];
  const reader = new OverviewReader(watched, () => NOW, (act) => idle.push(act));
  await reader.read({ range: "recent", split: "none", wanted: {} });
  expect(levels).toEqual([]);
  for (let read = 0; read < RANGES.length; read += 1) {
    await expect.poll(() => idle.length).toBe(1);
    idle.shift()?.();
  }
  await expect.poll(() => levels).toEqual(["hour", "hour", "day", "day"]);
  await reader.read({ range: "year", split: "none", wanted: {} });
  expect(levels).toHaveLength(4);
  expect(reader.state.value).toMatchObject({ looked: { range: "year" }, overview: { answers: 1 } });
  await store.remember(inference("next", { at: NOW - 1 }));
  await reader.refresh();
  expect(levels).toHaveLength(5);
  expect(reader.state.value).toMatchObject({ overview: { answers: 2 } });
});

it("reads what is looked at: the newest one by one, longer stretches by the hour and the day", async () => {
  const store = opened();
  const speeds = [10, 20, 60];
  for (const [place, speed] of speeds.entries()) {
    const at = NOW - place * 20 * HOUR;
    await store.remember(inference(`i${String(place)}`, { at, measured: { decode_tokens_per_s: speed }, model: place === 2 ? "other" : "demo" }));
  }
  const reader = new OverviewReader(store, () => NOW);
  const read = async (range: "recent" | "day" | "month", wanted = {}): Promise<[number, number[]]> => {
    await reader.read({ range, split: "model", wanted });
    const state = reader.state.value;
    if (state.kind !== "read") throw new Error(state.kind);
    const speed = state.overview.whole?.measures.decode_tokens_per_s;
    const lines = state.overview.plots.decode_tokens_per_s;
    return [speed === undefined ? 0 : meanOf(speed), lines.map(({ points }) => points.length)];
  };
  expect(await read("recent")).toEqual([30, [2, 1]]);
  expect(await read("day")).toEqual([15, [2]]);
  expect(await read("month")).toEqual([30, [2, 1]]);
  expect(await read("month", { model: "other" })).toEqual([60, [1]]);
  expect(await read("month", { engine: "webllm" })).toEqual([0, []]);
});

it("goes through the history by filters, page by page, and misses none", async () => {
  const store = opened();
  for (let at = 0; at < 120; at += 1) {
    const outcome = at % 3 === 0 ? "failed" : "done";
    await store.remember(inference(`i${String(at)}`, { at: NOW - at, outcome, model: at % 2 === 0 ? "even" : "odd" }));
  }
  const all = await history(store);
  expect(all.view.value.found).toHaveLength(50);
  await all.further();
  await all.further();
  expect(all.view.value.found.map(({ id }) => id)).toEqual(Array.from({ length: 120 }, (_, at) => `i${String(at)}`));
  expect(all.view.value.more).toBe(false);
  const failed = await history(store, { outcome: "failed", model: "even" });
  expect(failed.view.value.found).toHaveLength(20);
  expect(failed.view.value.more).toBe(false);
  expect((await history(store, { engine: "server" })).view.value.found).toEqual([]);
});

it("says where the history cannot be read, and reads on when it can be again", async () => {
  const store = opened();
  for (let at = 0; at < 60; at += 1) await store.remember(inference(`i${String(at)}`, { at: NOW - at }));
  let works = false;
  const made = new History(
    { page: (query) => (works ? store.page(query) : Promise.reject(new Error("The database is gone."))) },
    () => NOW,
  );
  await made.start("recent", {});
  expect(made.view.value).toMatchObject({ found: [], more: true, reading: false, failed: true });
  works = true;
  await made.further();
  expect(made.view.value).toMatchObject({ more: true, reading: false, failed: false });
  works = false;
  await made.further();
  expect(made.view.value).toMatchObject({ more: true, failed: true });
  expect(made.view.value.found).toHaveLength(50);
});

it("writes files that other programs read, also of names with commas, quotes and formulas", () => {
  const odd = inference("i", { at: Date.UTC(2026, 0, 2), model: '=SUM("a,b")\n', measured: { load_ms: -1.5 } });
  const file = (format: FileFormat, parts: readonly Inference[][]): string =>
    fileBegin(format) + parts.map((part, place) => filePart(format, part, place === 0)).join("") + fileEnd(format);
  const csv = file("csv", [[odd], [inference("j")]]);
  expect(csv.split("\r\n")).toHaveLength(4);
  expect(csv).toContain(`i,2026-01-02T00:00:00.000Z,answer,"'=SUM(""a,b"")\n",client_side,wllama,done,,chat,`);
  expect(csv).toContain(",-1.5,");
  const { inferences } = JSON.parse(file("json", [[odd], [], [inference("j")]])) as { inferences: Record<string, unknown>[] };
  expect(inferences.map(({ id, model }) => [id, model])).toEqual([["i", '=SUM("a,b")\n'], ["j", "demo"]]);
  expect(JSON.parse(file("json", []))).toEqual({ version: 1, inferences: [] });
});

it("keeps nothing longer than a year, and no more than is kept one by one", async () => {
  const database = storedDatabase(new MemoryRows());
  const store = new InferenceStore(() => NOW, console.error, () => 0);
  store.attach(database);
  await store.remember(inference("old", { at: NOW - 400 * 24 * HOUR }));
  await store.remember(inference("new", { at: NOW }));
  expect((await store.page({ limit: 9 })).inferences.map(({ id }) => id)).toEqual(["new"]);
  expect(await store.sums("day", 0)).toHaveLength(1);
});
