import { afterEach, describe, expect, it } from "vitest";
import { MemoryLocks } from "../testing/locks";
import { DEMO, readAll, Rig, say } from "../testing/rig";
import type { Asked, AskPatience, Exchange, Give } from "./port-exchange";
import { type OwnEngine, SharedEngine } from "./shared-engine";

/** What the service worker carries between tabs, in memory. */
class Tower {
  readonly answers = new Map<object, Give>();
  /** Tabs whose scripts do not run. */
  readonly frozen = new Set<object>();

  exchange(tab: object, open = true): Exchange {
    return {
      open,
      answer: (give) => this.answers.set(tab, give),
      ask: async (not, { silentMs, comingMs }: AskPatience, signal): Promise<Asked> => {
        const startedAt = performance.now();
        let limit = silentMs;
        while (performance.now() - startedAt < limit) {
          signal.throwIfAborted();
          for (const [other, give] of this.answers) {
            const given = other === tab || this.frozen.has(other) ? null : give(not);
            if (given === "coming") limit = comingMs;
            else if (given !== null) return { kind: "given", port: given };
          }
          await new Promise((again) => setTimeout(again, 5));
        }
        return { kind: limit === silentMs ? "silent" : "late" };
      },
    };
  }
}

/** A document's engine: a rig, and another one after a restart. */
class Own implements OwnEngine {
  rig: Rig;
  closed = false;

  constructor(private readonly locks: MemoryLocks) {
    this.rig = this.make();
  }

  connect(): MessagePort {
    return this.rig.port();
  }

  restart(): Promise<void> {
    this.rig.die();
    this.rig = this.make();
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
    this.rig.die();
  }

  private make(): Rig {
    return new Rig(() => say("hello"), { locks: this.locks });
  }
}

/** No tab is thought frozen because the machine was busy. */
const PATIENT = 5_000;

/** One browser. */
class Browser {
  readonly locks = new MemoryLocks();
  readonly tower = new Tower();
  readonly owned: Own[] = [];

  open({ controlled = true, lock = "engine:1", pulseMs = PATIENT } = {}): {
    tab: SharedEngine;
    engine: () => Own | undefined;
  } {
    let own: Own | undefined;
    const key = {};
    const tab = new SharedEngine({
      own: () => {
        own = new Own(this.locks);
        this.owned.push(own);
        return own;
      },
      lock,
      locks: this.locks,
      exchange: this.tower.exchange(key, controlled),
      name: "page:test",
      pulseMs,
    });
    keys.set(tab, key);
    return { tab, engine: () => own };
  }

  freeze(tab: SharedEngine): void {
    const key = keys.get(tab);
    if (key !== undefined) this.tower.frozen.add(key);
  }
}

const keys = new WeakMap<SharedEngine, object>();
let browser = new Browser();
afterEach(() => {
  for (const own of browser.owned) own.close();
  browser = new Browser();
});

describe("tabs of one build", () => {
  it("share the engine of the first one", async () => {
    const [first, second] = [browser.open().tab, browser.open().tab];
    const leader = await first.connection();
    await readAll(leader.load(DEMO));
    const follower = await second.connection();
    await follower.ready;
    expect(follower.state).toMatchObject({ type: "ready", model: { id: DEMO } });
    expect([first.owns, second.owns, browser.owned.length]).toEqual([true, false, 1]);
  });

  it("keep engines of their own where no service worker controls the second", async () => {
    const first = browser.open().tab;
    await first.connection();
    const second = browser.open({ controlled: false }).tab;
    await (
      await second.connection()
    ).ready;
    expect([first.owns, second.owns, browser.owned.length]).toEqual([true, true, 2]);
  });

  it("do not share with another build", async () => {
    const first = browser.open().tab;
    await first.connection();
    const second = browser.open({ lock: "engine:2" }).tab;
    await (
      await second.connection()
    ).ready;
    expect(second.owns).toBe(true);
  });

  it("get the next engine of the leader when one has died, never the dead one", async () => {
    const { tab: first, engine } = browser.open();
    const leader = await first.connection();
    await leader.ready;
    const second = browser.open().tab;
    const follower = await second.connection();
    const { epoch } = await follower.ready;
    engine()?.rig.die();
    await Promise.all([leader.closed, follower.closed]);
    const next = second.connection();
    await first.restart("died");
    await first.connection();
    expect((await (await next).ready).epoch).not.toBe(epoch);
    expect(browser.owned.length).toBe(1);
  });

  it("take the engine from a leader that is frozen, which is a follower when it wakes", async () => {
    const { tab: first, engine } = browser.open({ pulseMs: 30 });
    await (
      await first.connection()
    ).ready;
    const second = browser.open({ pulseMs: 30 }).tab;
    const third = browser.open({ pulseMs: 30 }).tab;
    const follower = await second.connection();
    await follower.ready;
    // Neither its page nor its engine says anything from now on.
    browser.freeze(first);
    follower.abandon({ code: "engine_hung", message: "Silent." });
    const [mine, theirs] = await Promise.all([second.connection(), third.connection()]);
    const epochs = [(await mine.ready).epoch, (await theirs.ready).epoch];
    expect([second.owns, third.owns].filter(Boolean).length).toBe(1);
    expect(epochs[0]).toBe(epochs[1]);
    expect(first.owns).toBe(false);
    expect(engine()?.closed).toBe(true);
  });

  it("let a follower start an engine of its own when somebody asks for a fresh one", async () => {
    const first = browser.open().tab;
    await (
      await first.connection()
    ).ready;
    const second = browser.open().tab;
    await (
      await second.connection()
    ).ready;
    await second.restart("asked");
    expect([first.owns, second.owns]).toEqual([false, true]);
  });
});
