import { afterEach, describe, expect, it } from "vitest";
import { ask, DEMO, ramble, readAll, Rig, say, textOf } from "../testing/rig";
import { MemoryLocks } from "../testing/locks";
import { EngineLink } from "./link";

// One browser has one lock manager.
const locks = new MemoryLocks();
let rigs: Rig[] = [];
const rig = (...scripts: ReturnType<typeof say>[]): Rig => {
  const made = new Rig(() => scripts.shift() ?? say("nothing more"), { locks });
  rigs.push(made);
  return made;
};
afterEach(() => {
  for (const made of rigs) made.die();
  rigs = [];
});

describe("EngineLink", () => {
  it("lets a request that comes between two workers wait for the next one", async () => {
    const [first, second] = [rig(ramble()), rig(say("from the second"))];
    const link = first.link();
    await readAll(link.load(DEMO));
    const cut = link.complete(ask("one"));
    await cut.next();
    first.die();
    expect((await readAll(cut)).at(-1)).toMatchObject({ type: "failure", error: { code: "worker_died" } });

    const next = link.complete(ask("two"));
    const client = link.attach(second.port());
    void client.load(DEMO);
    expect(textOf(await readAll(next))).toBe("from the second");
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

  it("ends what runs on a worker that is replaced", async () => {
    const [first, second] = [rig(ramble()), rig()];
    const link = first.link();
    await readAll(link.load(DEMO));
    const stream = link.complete(ask("one"));
    await stream.next();
    link.attach(second.port());
    expect((await readAll(stream)).at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
    expect(await link.status()).toEqual({ type: "empty" });
  });
});
