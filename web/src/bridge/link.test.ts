import { afterEach, describe, expect, it } from "vitest";
import { ask, DEMO, readAll, Rig, say, textOf } from "../testing/rig";
import type { Services } from "../engine/services";
import { MemoryLocks } from "../testing/locks";
import { EngineLink } from "./link";
import { engineWire } from "./wire-tap";

// One browser has one lock manager.
const locks = new MemoryLocks();
let rigs: Rig[] = [];
const rigWith = (options: { services?: () => Services }, ...scripts: ReturnType<typeof say>[]): Rig => {
  const made = new Rig(() => scripts.shift() ?? say("nothing more"), { locks, ...options });
  rigs.push(made);
  return made;
};
const rig = (...scripts: ReturnType<typeof say>[]): Rig => rigWith({}, ...scripts);
afterEach(() => {
  for (const made of rigs) made.die();
  rigs = [];
});

describe("EngineLink", () => {
  it("lets a request that comes between two workers wait for the next one", async () => {
    const [first, second] = [rig(), rig(say("from the second"))];
    const link = first.link();
    await readAll(link.load(DEMO));
    first.die();
    await expect.poll(() => link.living).toBeNull();
    const next = link.complete(ask("two"));
    const client = link.attach(second.port());
    void client.load(DEMO);
    expect(textOf(await readAll(next))).toBe("from the second");
  });

  it("knows the state of a model that is there as soon as its load has ended, without asking", async () => {
    const only = rig(say("x"));
    const link = only.link();
    expect((await link.status()).type).toBe("empty");
    await readAll(link.load(DEMO));
    const asked: string[] = [];
    const end = engineWire.listen(({ type }) => asked.push(type));
    expect(await link.status()).toMatchObject({ type: "ready", model: { id: DEMO } });
    end();
    expect(asked).toEqual([]);
  });

  it("gives up waiting after a time, with the reason of the last death", async () => {
    const first = rig();
    const link = first.link({ attachTimeoutMs: 5 });
    await link.status();
    first.die();
    await expect
      .poll(async () => (await readAll(link.complete(ask("hi")))).at(-1))
      .toMatchObject({
        error: { code: "worker_died" },
      });
    await expect(new EngineLink({ attachTimeoutMs: 5 }).models()).rejects.toMatchObject({ code: "timeout" });
  });

  it("ends a waiting request when it is cancelled", async () => {
    const link = new EngineLink();
    const stream = link.complete(ask("hi"));
    stream.cancel();
    expect(await readAll(stream)).toMatchObject([{ type: "failure", error: { code: "aborted" } }]);
  });

  it("asks a query that only reads again where the worker died before it answered", async () => {
    const [first, second] = [rig(), rig()];
    const link = first.link();
    await link.status();
    const models = link.models();
    link.attach(second.port());
    expect((await models).length).toBeGreaterThan(0);
  });

  it("tells every engine that it is led to what is known of the page", async () => {
    const told: boolean[] = [];
    const services = (): Services => ({
      queries: {},
      openings: {},
      presence: (_, { visible }) => told.push(visible),
    });
    const [first, second] = [rigWith({ services }), rigWith({ services })];
    const link = first.link();
    await link.status();
    link.present({ visible: false, power: "unknown" });
    link.attach(second.port());
    await link.status();
    expect(told).toEqual([false, false]);
  });
});
