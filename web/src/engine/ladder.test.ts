import "fake-indexeddb/auto";
import demo from "virtual:demo-model";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually";
import { Admission, type StoredBytes } from "../models/admission";
import { buildCatalogue, DEMO_MODEL_ID } from "../models/catalogue";
import { customEntry } from "../models/custom";
import { deviceWith } from "../models/testing/devices";
import type { LadderStatus, PowerState, StreamEvent, WireError } from "../protocol/wire";
import { EngineHost } from "./host";
import { EngineJournal } from "./journal";
import { ladderServices } from "./ladder-room";
import { ScriptedEngine } from "./scripted";
import type { Client } from "./services";
import { siteUrls } from "./site";

const [SMALL, BETTER, BEST] = ["small-model", "better-model", "best-model"] as const;
const CLIENT = { key: "1", name: "test" } as Client;
const BROKEN: WireError = { code: "shader_failed", message: "No." };

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

interface Given {
  stored?: Record<string, StoredBytes>;
  /** Models whose load fails. */
  broken?: string[];
  /** Megabytes that the better model takes. */
  memory?: number;
  quality?: Record<string, number>;
}

/** The real host and the real ladder, over engines that replay a script. */
function ladderOver({ stored = {}, broken = [], memory = 10, quality = {} }: Given = {}) {
  const catalogue = buildCatalogue(siteUrls("https://example.test/").demo, demo, []);
  for (const id of [SMALL, BETTER, BEST]) {
    const entry = customEntry({
      id,
      gguf_url: `https://example.test/${id}.gguf`,
      memory_mb: id === BETTER ? memory : 10,
      download_bytes: 1000,
    });
    catalogue.add({ ...entry, record: { ...entry.record, quality: quality[id] ?? null } });
  }
  const journal = new EngineJournal();
  const life = new AbortController();
  ended.push(() => {
    life.abort();
  });
  let next = "";
  const host = new EngineHost({
    catalogue,
    journal,
    choose: (entry) => {
      next = entry.record.id;
      const error = broken.includes(next) ? BROKEN : undefined;
      const script = () => ({ deltas: ["a", "b", "c"], pauseMs: 5, end: { reason: "stop" as const } });
      return Promise.resolve({
        device: "none",
        create: () => new ScriptedEngine(script, error === undefined ? {} : { error }),
      });
    },
  });
  const admission = new Admission({
    catalogue,
    device: () => Promise.resolve(deviceWith({ memoryMb: 4096 })),
    stored: () => Promise.resolve(new Map(Object.entries(stored))),
    history: { last: () => Promise.resolve(null) },
  });
  const services = ladderServices({ host, catalogue, admission, journal, signal: life.signal });
  const set = (models: string[] | null, pinned: string | null = null): Promise<LadderStatus> =>
    services.queries.set_ladder?.(
      { type: "set_ladder", id: "1", epoch: "e", models, pinned },
      CLIENT,
    ) as Promise<LadderStatus>;
  const status = (): Promise<LadderStatus> =>
    services.queries.ladder?.({ type: "ladder", id: "1", epoch: "e" }, CLIENT) as Promise<LadderStatus>;
  const tell = (visible: boolean, power: PowerState): void => {
    services.presence?.(CLIENT, { visible, power });
  };
  return { host, journal, set, status, tell, services };
}

type Over = ReturnType<typeof ladderOver>;

const whole: StoredBytes = { state: "whole", bytes: 1000 };
const HERE = { [SMALL]: whole, [BETTER]: whole, [BEST]: whole };

/** The ladder once it stands still. */
const still = (over: Over): Promise<LadderStatus> =>
  eventually(async () => {
    const status = await over.status();
    expect(status.running).toBe(false);
    return status;
  });

const states = ({ rungs }: LadderStatus): string[] => rungs.map(({ state }) => state);

function ask(host: EngineHost): Promise<StreamEvent[]> {
  return new Promise((resolve) => {
    const events: StreamEvent[] = [];
    const push = (event: StreamEvent): void => void events.push(event);
    host.complete(
      crypto.randomUUID(),
      { messages: [{ role: "user", content: "Hello" }] },
      {
        push,
        finish: (event) => {
          push(event);
          resolve(events);
        },
      },
    );
  });
}

const load = (host: EngineHost, model: string): Promise<StreamEvent> =>
  new Promise((resolve) => {
    host.load(crypto.randomUUID(), { model, device: "auto" }, { push: () => undefined, finish: resolve });
  });

describe("the ladder", () => {
  it("loads the smallest model where there is none, and climbs to the best", async () => {
    const over = ladderOver({ stored: HERE });
    expect((await over.set([SMALL, BETTER, BEST])).running).toBe(true);
    const status = await still(over);
    expect(status.active).toBe(BEST);
    expect(states(status)).toEqual(["left", "left", "active"]);
    expect(over.journal.events.filter(({ name }) => name === "loaded").map(({ model }) => model)).toEqual([
      SMALL,
      BETTER,
      BEST,
    ]);
  });

  it("has begun its first load when it answers: a request that follows waits for it", async () => {
    const over = ladderOver({ stored: HERE });
    await over.set([SMALL, BETTER]);
    expect((await ask(over.host))[0]).toMatchObject({ type: "started", model: SMALL });
  });

  it("goes on from the model that is there", async () => {
    const over = ladderOver({ stored: HERE });
    await load(over.host, BETTER);
    await over.set([SMALL, BETTER, BEST]);
    await still(over);
    expect(over.journal.events.some(({ model }) => model === SMALL)).toBe(false);
  });

  it("lets a better model take over between two requests, and never in the middle of one", async () => {
    const over = ladderOver({ stored: HERE });
    await load(over.host, SMALL);
    const answers = Array.from({ length: 4 }, () => ask(over.host));
    await over.set([SMALL, BETTER]);
    for (const events of await Promise.all(answers)) {
      expect(events.map(({ type }) => type)).toEqual(["started", "delta", "delta", "delta", "finished"]);
    }
    await still(over);
    expect((await ask(over.host))[0]).toMatchObject({ type: "started", model: BETTER });
  });

  it("left to the device climbs to what is stored, by quality, from the embedded model on", async () => {
    const quality = { [SMALL]: 30, [BETTER]: 60, [BEST]: 90 };
    const over = ladderOver({ stored: { [BEST]: whole, [SMALL]: whole }, quality });
    await over.set(null);
    const { rungs, active } = await still(over);
    expect(rungs.map(({ model }) => model)).toEqual([DEMO_MODEL_ID, SMALL, BEST]);
    expect(active).toBe(BEST);
  });

  it("downloads only what somebody has named", async () => {
    const over = ladderOver();
    await over.set(null);
    expect((await still(over)).active).toBe(DEMO_MODEL_ID);
    await over.set([BETTER]);
    expect((await still(over)).active).toBe(BETTER);
  });

  it("stays where it was when a rung fails, and says why", async () => {
    const over = ladderOver({ stored: HERE, broken: [BETTER] });
    await over.set([SMALL, BETTER, BEST]);
    const status = await still(over);
    expect(status.active).toBe(SMALL);
    expect(states(status)).toEqual(["active", "failed", "waiting"]);
    expect(status.rungs[1]?.reason).toMatchObject({ code: "shader_failed" });
    expect((await ask(over.host))[0]).toMatchObject({ model: SMALL });
  });

  it("tries the next rung when the first does not even load", async () => {
    const over = ladderOver({ stored: HERE, broken: [SMALL] });
    await over.set([SMALL, BETTER]);
    const status = await still(over);
    expect(status.active).toBe(BETTER);
    expect(states(status)).toEqual(["failed", "active"]);
  });

  it("skips what does not fit this device, with the reason", async () => {
    const over = ladderOver({ stored: HERE, memory: 9000 });
    await over.set([SMALL, BETTER, BEST]);
    const status = await still(over);
    expect(states(status)).toEqual(["left", "skipped", "active"]);
    expect(status.rungs[1]?.reason?.code).toBe("out_of_memory");
  });

  it("stays with a pinned model, whichever it is", async () => {
    const over = ladderOver({ stored: HERE });
    await over.set([SMALL, BETTER, BEST], BETTER);
    const status = await still(over);
    expect(status).toMatchObject({ active: BETTER, pinned: BETTER });
    await over.set([SMALL, BETTER, BEST], BEST);
    expect((await still(over)).active).toBe(BEST);
    await over.set([SMALL, BETTER, BEST], SMALL);
    expect((await still(over)).active).toBe(SMALL);
  });

  it("stops when it is given no rungs, and drops the load that it had begun", async () => {
    const over = ladderOver({ stored: HERE });
    await load(over.host, SMALL);
    await over.set([SMALL, BETTER]);
    expect(await over.set([])).toMatchObject({ running: false, rungs: [], active: SMALL });
    expect((await ask(over.host))[0]).toMatchObject({ model: SMALL });
    expect(over.host.present?.model.id).toBe(SMALL);
  });

  it("gives way to somebody who loads a model by name", async () => {
    const over = ladderOver({ stored: HERE });
    await over.set([SMALL, BETTER, BEST]);
    await load(over.host, SMALL);
    const status = await still(over);
    expect(status).toMatchObject({ pinned: SMALL, active: SMALL });
  });

  it("refuses a name that nobody knows, and stays as it was", async () => {
    const over = ladderOver({ stored: HERE });
    await over.set([SMALL]);
    const before = await still(over);
    await expect(over.set(["nobody-knows-me"])).rejects.toMatchObject({ error: { code: "model_not_found" } });
    expect(await over.status()).toEqual(before);
  });
});

describe("where nobody looks, and on battery", () => {
  it.each([
    ["hidden", false, "mains"],
    ["on battery", true, "battery"],
  ] as const)("it answers with the first model and climbs later: %s", async (_, visible, power) => {
    const over = ladderOver({ stored: HERE });
    over.tell(visible, power);
    await over.set([SMALL, BETTER]);
    await eventually(async () => {
      expect(states(await over.status())).toEqual(["active", "waiting"]);
    });
    expect((await over.status()).running).toBe(true);
    over.tell(true, "mains");
    expect((await still(over)).active).toBe(BETTER);
  });

  it("a page that has closed has no say", async () => {
    const over = ladderOver({ stored: HERE });
    over.tell(false, "battery");
    await over.set([SMALL, BETTER]);
    over.services.gone?.(CLIENT);
    expect((await still(over)).active).toBe(BETTER);
  });
});

it("tells the journal of every change", async () => {
  const over = ladderOver({ stored: HERE });
  await over.set([SMALL, BETTER]);
  await still(over);
  const changes = over.journal.events.filter(({ name }) => name === "ladder_changed");
  expect(changes[0]).toMatchObject({ model: null, details: { running: true, waiting: 2 } });
  expect(changes.at(-1)).toMatchObject({ model: BETTER, details: { running: false, waiting: 0, failed: 0 } });
});
