import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompletionBody, WireError } from "../protocol/wire";
import { CellRig, type Collected, entryOf } from "../testing/cells";
import { ask, textOf } from "../testing/rig";
import { EngineJournal } from "./journal";
import { type Plan, RecoveryPolicy } from "./recovery";
import type { Script } from "./scripted";

const WORDS = Array.from({ length: 20 }, (_, index) => `word${String(index)} `);
const WHOLE = WORDS.join("");
const GPU_LOST: WireError = { code: "device_lost", message: "The GPU was lost." };

/** Says the words that have not been said. */
const onward = ({ continue_text: said = "" }: CompletionBody): Script => ({
  deltas: WORDS.slice(said === "" ? 0 : said.trimEnd().split(" ").length),
  pauseMs: 1,
  end: { reason: "stop" },
});

const CONTINUES = { load: { continues: true } };

const said = (request: Collected): string => textOf(request.events);
const types = (request: Collected): string[] =>
  request.events.map(({ type }) => type).filter((type) => type !== "delta");

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1, timeout: 10_000 }).toBe(true);
}

describe("a request whose engine is lost", () => {
  it.each([
    ["its worker dies", (rig: CellRig) => rig.living?.die(), "worker_died"],
    ["it loses its device", (rig: CellRig) => rig.living?.engine.lose(GPU_LOST), "device_lost"],
    [
      "it hangs",
      (rig: CellRig) => {
        if (rig.living !== undefined) rig.living.hung = true;
      },
      "engine_hung",
    ],
  ])("goes on behind its text when %s", async (_name, fault, code) => {
    const rig = new CellRig(onward, CONTINUES);
    await rig.load();
    const request = rig.ask(ask("hi"));
    await until(() => said(request).length > 20);
    fault(rig);
    await request.all;
    expect(said(request)).toBe(WHOLE);
    expect(types(request)).toEqual(["started", "recovered", "finished"]);
    expect(request.events.find(({ type }) => type === "recovered")).toMatchObject({ error: { code } });
    expect(request.events.at(-1)).toMatchObject({ reason: "stop", usage: { completion_tokens: 20 } });
  });

  it("is asked again unseen before its first text", async () => {
    const rig = new CellRig(onward, CONTINUES);
    await rig.load();
    const request = rig.ask(ask("hi"));
    rig.living?.die();
    await request.all;
    expect(said(request)).toBe(WHOLE);
    expect(types(request)).toEqual(["started", "finished"]);
  });

  it("fails with what it had where the engine cannot go on, and the next one is answered", async () => {
    const rig = new CellRig(onward);
    await rig.load();
    const request = rig.ask(ask("hi"));
    const next = rig.ask(ask("and you?"));
    await until(() => said(request).length > 20);
    rig.living?.die();
    await request.all;
    expect(request.events.at(-1)).toMatchObject({
      type: "failure",
      error: { code: "worker_died", details: { partial_characters: said(request).length } },
    });
    await next.all;
    expect(said(next)).toBe(WHOLE);
  });

  it("ends as lost where even the choice of what to try fails", async () => {
    let broken = false;
    const rig = new CellRig(onward, {
      load: { errors: () => (broken ? { code: "unsupported", message: "No longer." } : null) },
      smaller: () => {
        throw new Error("There is no catalogue.");
      },
    });
    await rig.load();
    broken = true;
    rig.living?.die();
    await until(() => rig.host.state.type === "lost");
    const refused = rig.ask(ask("hi"));
    await refused.all;
    expect(refused.events).toMatchObject([{ type: "failure", error: { code: "model_not_loaded" } }]);
  });

  it("keeps to the tokens that it may have", async () => {
    const limits: (number | undefined)[] = [];
    const rig = new CellRig((body) => {
      limits.push(body.max_tokens);
      return onward(body);
    }, CONTINUES);
    await rig.load();
    const request = rig.ask(ask("hi", { max_tokens: 100 }));
    await until(() => said(request) !== "");
    rig.living?.die();
    await request.all;
    expect(limits[0]).toBe(100);
    expect(limits[1]).toBeLessThan(100);
  });

  it("can be cancelled while the engine comes back, and keeps what it had", async () => {
    const rig = new CellRig(onward, { load: { continues: true, pauseMs: 30 } });
    await rig.load();
    const request = rig.ask(ask("hi"), "cut");
    await until(() => said(request) !== "");
    rig.living?.die();
    await until(() => rig.host.state.type === "loading");
    rig.host.cancel("cut");
    await request.all;
    expect(request.events.at(-1)).toMatchObject({ type: "finished", reason: "abort" });
    expect(WHOLE.startsWith(said(request))).toBe(true);
  });

  it("does not kill the engine for ever: the third loss under it is its end", async () => {
    const rig: CellRig = new CellRig(() => {
      setTimeout(() => rig.living?.die(), 0);
      return { deltas: [], end: { reason: "abort" } };
    });
    await rig.load();
    const request = rig.ask(ask("poison"));
    await request.all;
    expect(request.events.at(-1)).toMatchObject({ type: "failure", error: { code: "worker_died" } });
    expect(rig.cells.length).toBeGreaterThanOrEqual(3);
  });
});

it("loses no request and answers none twice, whatever dies when", async () => {
  const fault = fc.record({
    after: fc.nat(60),
    kind: fc.constantFrom("die" as const, "lose" as const, "hang" as const, "reset" as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 3 }), fc.boolean(), async (faults, continues) => {
      const rig = new CellRig(onward, { load: { continues } });
      await rig.load();
      const requests = [1, 2, 3].map(() => rig.ask(ask("hi")));
      for (const { after, kind } of faults) {
        const heard = requests.map(said).join("").length + after;
        await until(
          () =>
            requests.map(said).join("").length >= heard ||
            rig.host.present === null ||
            requests.every(({ ends }) => ends() > 0),
        );
        const { living } = rig;
        if (kind === "die") living?.die();
        else if (kind === "lose") living?.engine.lose(GPU_LOST);
        else if (kind === "reset") rig.host.reset();
        else if (living !== undefined) living.hung = true;
      }
      await Promise.all(requests.map(({ all }) => all));
      for (const request of requests) {
        expect(request.ends()).toBe(1);
        expect(WHOLE.startsWith(said(request))).toBe(true);
        const last = request.events.at(-1);
        if (last?.type === "finished") expect(said(request)).toBe(WHOLE);
        else expect(last).toMatchObject({ type: "failure", error: { code: expect.any(String) as string } });
      }
      expect(rig.cells.filter(({ ended }) => !ended).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

describe("a load", () => {
  it("is begun again when its worker dies", async () => {
    const rig = new CellRig(onward, { load: { pauseMs: 5 } });
    const loading = rig.load();
    await until(() => rig.living !== undefined);
    rig.living?.die();
    expect((await loading).at(-1)).toMatchObject({ type: "loaded", model: { id: "big" } });
  });

  it("takes half the context where the memory does not suffice for all of it", async () => {
    const rig = new CellRig(onward, {
      load: {
        errors: (order) => (order.overrides === undefined ? { code: "out_of_memory", message: "No." } : null),
      },
    });
    expect((await rig.load()).at(-1)).toMatchObject({ type: "loaded", model: { context_window: 2048 } });
  });

  it("behind a model lets it answer until both are ready, and takes over between two requests", async () => {
    const rig = new CellRig(onward, { load: { pauseMs: 5 } });
    await rig.load("big");
    const loading = rig.load("small", { behind: true });
    await until(() => rig.host.state.type === "ready" && "incoming" in rig.host.state);
    const during = rig.ask(ask("hi"));
    await during.all;
    expect(during.events[0]).toMatchObject({ type: "started", model: "big" });
    expect(said(during)).toBe(WHOLE);
    expect((await loading).at(-1)).toMatchObject({ type: "loaded", model: { id: "small" } });
    const after = rig.ask(ask("and now?", { model: "big" }));
    await after.all;
    // Who named the other model meant the one that is there.
    expect(after.events[0]).toMatchObject({ type: "started", model: "small" });
  });
});

describe("what a model that fails is replaced by", () => {
  const plan: Plan = { entry: entryOf("big"), device: "auto", overrides: undefined, meteredOk: false };
  const policy = (now = (): number => 0): RecoveryPolicy =>
    new RecoveryPolicy({ now, smaller: ({ record }) => (record.id === "big" ? entryOf("small") : null) });

  it("is the same model, then half its context, then a smaller model, then nothing", () => {
    const tried: string[] = [];
    const recovery = policy();
    for (let next: Plan | null = plan; (next = recovery.next(next, GPU_LOST)) !== null;) {
      tried.push(`${next.entry.record.id} ${String(next.overrides?.context_window_size ?? "whole")}`);
    }
    expect(tried).toEqual(["big whole", "big 2048", "small whole", "small whole", "small 2048"]);
  });

  it("is the same again when the failures lie far apart, or an answer has come in between", () => {
    let now = 0;
    const recovery = policy(() => now);
    expect(recovery.next(plan, GPU_LOST)).toBe(plan);
    now += 3_600_000;
    expect(recovery.next(plan, GPU_LOST)).toBe(plan);
    recovery.clear("big");
    expect(recovery.next(plan, GPU_LOST)).toBe(plan);
  });

  it("is a smaller model at once where another start would fail in the same way", () => {
    const next = policy().next(plan, { code: "adapter_unavailable", message: "None." });
    expect(next?.entry.record.id).toBe("small");
  });

  it("has no smaller context where there is no room for a conversation", () => {
    const narrow: Plan = { ...plan, entry: entryOf("small", 1024) };
    const recovery = policy();
    recovery.next(narrow, GPU_LOST);
    expect(recovery.next(narrow, GPU_LOST)).toBeNull();
  });
});

it("writes each recovery down, with the time that it took", async () => {
  const journal = new EngineJournal();
  const rig = new CellRig(onward, { journal, ...CONTINUES });
  await rig.load();
  rig.living?.die();
  await until(() => journal.events.some(({ name }) => name === "recovery_finished"));
  const events = journal.events.filter(({ name }) => name.startsWith("recovery"));
  expect(events).toMatchObject([
    { name: "recovery_started", model: "big", details: { code: "worker_died" } },
    { name: "recovery_finished", model: "big", details: { took_ms: expect.any(Number) as number } },
  ]);
});

it("gives up with a typed error when nothing helps, and says so to who waits", async () => {
  let dead = false;
  const rig = new CellRig(onward, {
    load: { continues: true, errors: () => (dead ? { code: "worker_died", message: "It died." } : null) },
  });
  await rig.load();
  dead = true;
  const request = rig.ask(ask("hi"));
  await until(() => said(request) !== "");
  rig.living?.die();
  await request.all;
  expect(request.events.at(-1)).toMatchObject({ type: "failure", error: { code: "worker_died" } });
  expect(rig.host.state).toMatchObject({ type: "lost", model: "big" });
});
