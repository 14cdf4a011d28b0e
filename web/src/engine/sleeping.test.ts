import demo from "virtual:demo-model";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../testing/eventually";
import { buildCatalogue, DEMO_MODEL_ID } from "../models/catalogue";
import { customEntry } from "../models/custom";
import type { CompletionBody, LoadedModel, StreamEvent, WireError } from "../protocol/wire";
import type { Engine, LoadOrder } from "./engine";
import { EngineHost } from "./host";
import { unloadWhenIdle } from "./idle-unload";
import { EngineJournal } from "./journal";
import { ScriptedEngine } from "./scripted";
import { siteUrls } from "./site";

const OTHER = "other-model";
const BROKEN: WireError = { code: "integrity_failed", message: "A file is not what it was." };
const SCRIPT = () => ({ deltas: ["a"], end: { reason: "stop" as const } });

/** An engine that says that it computes on the GPU, and notes what it was asked. */
class GpuEngine extends ScriptedEngine implements Engine {
  readonly asked: CompletionBody[] = [];

  constructor() {
    super((body) => {
      this.asked.push(body);
      return SCRIPT();
    });
  }

  override async load(
    order: LoadOrder,
    ...rest: [Parameters<Engine["load"]>[1], AbortSignal]
  ): Promise<LoadedModel> {
    const model = await super.load(order, ...rest);
    return { ...model, engine: { ...model.engine, device: "webgpu" } };
  }
}

function hostOf(create: () => Engine) {
  const catalogue = buildCatalogue(siteUrls("https://example.test/").demo, demo, []);
  catalogue.add(customEntry({ id: OTHER, gguf_url: "https://example.test/other.gguf" }));
  const journal = new EngineJournal();
  const host = new EngineHost({
    catalogue,
    journal,
    choose: () => Promise.resolve({ device: "none", create }),
  });
  return { host, journal };
}

const load = (host: EngineHost, model: string): Promise<StreamEvent[]> =>
  collected((sink) => {
    host.load(crypto.randomUUID(), { model, device: "auto" }, sink);
  });

const ask = (host: EngineHost, id: string = crypto.randomUUID()): Promise<StreamEvent[]> =>
  collected((sink) => {
    host.complete(id, { messages: [{ role: "user", content: "Hello" }] }, sink);
  });

function collected(act: (sink: Parameters<EngineHost["load"]>[2]) => void): Promise<StreamEvent[]> {
  return new Promise((resolve) => {
    const events: StreamEvent[] = [];
    act({
      push: (event) => void events.push(event),
      finish: (event) => {
        resolve([...events, event]);
      },
    });
  });
}

describe("a model that sleeps", () => {
  it("has given its memory back, still counts as ready, and is there again for the next request", async () => {
    const engines: ScriptedEngine[] = [];
    const { host, journal } = hostOf(() => {
      const engine = new ScriptedEngine(SCRIPT);
      engines.push(engine);
      return engine;
    });
    await load(host, OTHER);
    await host.sleep();
    await eventually(() => {
      expect(engines[0]?.unloaded).toBe(true);
    });
    expect(host.present).toBeNull();
    expect(host.state).toMatchObject({ type: "ready", model: { id: OTHER } });
    expect((await ask(host)).map(({ type }) => type)).toEqual(["started", "delta", "finished"]);
    expect(engines).toHaveLength(2);
    expect(journal.events.find(({ name }) => name === "unloaded")?.details).toEqual({ reason: "idle" });
  });

  it("that does not wake is lost with the reason, for the request and for the state", async () => {
    const script: { error?: WireError } = {};
    const { host } = hostOf(() => new ScriptedEngine(SCRIPT, script));
    await load(host, OTHER);
    await host.sleep();
    script.error = BROKEN;
    expect((await ask(host)).at(-1)).toMatchObject({ type: "failure", error: { code: "integrity_failed" } });
    expect(host.state).toMatchObject({ type: "lost", error: { code: "integrity_failed" } });
  });

  it("sleeps on when the request that woke it is cancelled", async () => {
    let pauseMs = 0;
    const { host } = hostOf(() => new ScriptedEngine(SCRIPT, { pauseMs }));
    await load(host, OTHER);
    await host.sleep();
    pauseMs = 10_000;
    const cancelled = ask(host, "one");
    await eventually(() => {
      expect(host.state.type).toBe("loading");
    });
    host.cancel("one");
    expect((await cancelled).at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
    pauseMs = 0;
    expect((await ask(host)).at(-1)).toMatchObject({ type: "finished", reason: "stop" });
  });

  it("is another's place, and gone when it is unloaded", async () => {
    const { host } = hostOf(() => new ScriptedEngine(SCRIPT));
    await load(host, OTHER);
    await host.sleep();
    await load(host, DEMO_MODEL_ID);
    expect(host.state).toMatchObject({ model: { id: DEMO_MODEL_ID } });
    await host.sleep();
    await host.unload();
    expect(host.state.type).toBe("empty");
  });
});

describe("a model that nobody asks", () => {
  const idle = async (model: string, afterMs: number | undefined, waitMs: number): Promise<boolean> => {
    vi.useFakeTimers();
    try {
      const { host } = hostOf(() => new ScriptedEngine(SCRIPT));
      const life = new AbortController();
      unloadWhenIdle(host, afterMs, life.signal);
      const loaded = load(host, model);
      await vi.advanceTimersByTimeAsync(50);
      await loaded;
      await vi.advanceTimersByTimeAsync(waitMs);
      life.abort();
      return host.present === null;
    } finally {
      vi.useRealTimers();
    }
  };

  it("sleeps after half an hour, and after the time that is set", async () => {
    expect(await idle(OTHER, undefined, 29 * 60_000)).toBe(false);
    expect(await idle(OTHER, undefined, 31 * 60_000)).toBe(true);
    expect(await idle(OTHER, 1000, 1100)).toBe(true);
  });

  it("stays where it is the embedded one, unless a time is set, and for ever with a time of 0", async () => {
    expect(await idle(DEMO_MODEL_ID, undefined, 31 * 60_000)).toBe(false);
    expect(await idle(DEMO_MODEL_ID, 1000, 1100)).toBe(true);
    expect(await idle(OTHER, 0, 31 * 60_000)).toBe(false);
  });
});

describe("a model that comes back after a loss while nobody asks", () => {
  it("sleeps as any other", async () => {
    vi.useFakeTimers();
    try {
      const { host } = hostOf(() => new ScriptedEngine(SCRIPT));
      const life = new AbortController();
      unloadWhenIdle(host, 1000, life.signal);
      const loaded = load(host, OTHER);
      await vi.advanceTimersByTimeAsync(50);
      await loaded;
      host.reset();
      const given = ask(host, "cancelled");
      host.cancel("cancelled");
      await given;
      // Idle began in the midst of the recovery: there was nothing to put to sleep yet.
      expect(host.present).toBeNull();
      await vi.advanceTimersByTimeAsync(500);
      expect(host.present).not.toBeNull();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(host.present).toBeNull();
      life.abort();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("warming up", () => {
  it("writes one token on the GPU before the load ends, and says so", async () => {
    const engine = new GpuEngine();
    const { host } = hostOf(() => engine);
    const events = await load(host, OTHER);
    expect(engine.asked).toMatchObject([{ max_tokens: 1 }]);
    expect(events.filter((event) => event.type === "progress").at(-1)).toMatchObject({ stage: "warm_up" });
  });

  it("never stands before a request that waits", async () => {
    const engine = new GpuEngine();
    const { host } = hostOf(() => engine);
    const loaded = load(host, OTHER);
    const answer = await ask(host);
    await loaded;
    expect(answer.at(-1)?.type).toBe("finished");
    expect(engine.asked).toHaveLength(1);
    expect(engine.asked[0]?.max_tokens).toBeUndefined();
  });

  it("has nothing to do on the CPU", async () => {
    const asked: CompletionBody[] = [];
    const { host } = hostOf(
      () =>
        new ScriptedEngine((body) => {
          asked.push(body);
          return SCRIPT();
        }),
    );
    await load(host, OTHER);
    expect(asked).toEqual([]);
  });
});
