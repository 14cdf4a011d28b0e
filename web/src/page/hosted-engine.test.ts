import { describe, expect, it } from "vitest";
import { MemoryLocks } from "../testing/locks";
import { ask, DEMO, readAll, Rig, say, textOf } from "../testing/rig";
import { HostedEngine } from "./hosted-engine";

/** A service worker with an engine room, that the browser or a page may end. */
class Host {
  readonly locks = new MemoryLocks();
  readonly restarted: string[] = [];
  rig = this.open();
  /** Why the next port cannot be had. */
  refusal: Error | null = null;

  connect(): Promise<MessagePort> {
    return this.refusal === null ? Promise.resolve(this.rig.port()) : Promise.reject(this.refusal);
  }

  restart(epoch: string): Promise<void> {
    this.restarted.push(epoch);
    if (epoch === this.rig.epoch) this.end();
    return Promise.resolve();
  }

  end(): void {
    this.rig.die();
    this.rig = this.open();
  }

  tab(): HostedEngine {
    return new HostedEngine({ host: this, name: "page:1", locks: this.locks, pulseMs: 60_000 });
  }

  private open(): Rig {
    return new Rig(() => say("hello"), { locks: this.locks });
  }
}

describe("an engine in a service worker", () => {
  it("is loaded by the first tab and found loaded by the next, as by the same tab after a reload", async () => {
    const host = new Host();
    const first = host.tab();
    const client = await first.connection();
    await client.ready;
    expect(first.owns).toBe(true);
    await readAll(client.load(DEMO));
    const second = host.tab();
    const found = await second.connection();
    await found.ready;
    expect(second.owns).toBe(false);
    expect(textOf(await readAll(found.complete(ask("Say hello."))))).toBe("hello");
  });

  it("is a tab's to load again once the browser has ended the worker", async () => {
    const host = new Host();
    await readAll((await host.tab().connection()).load(DEMO));
    const tab = host.tab();
    const client = await tab.connection();
    await client.ready;
    host.end();
    expect((await client.closed).code).toBe("worker_died");
    await tab.restart();
    await (
      await tab.connection()
    ).ready;
    expect(tab.owns).toBe(true);
  });

  it("ends only the room that it has known: another tab may have opened the next one", async () => {
    const host = new Host();
    const tabs = [host.tab(), host.tab()];
    for (const tab of tabs) await (await tab.connection()).ready;
    const known = host.rig.epoch;
    for (const tab of tabs) await tab.restart();
    expect(host.restarted).toEqual([known, known]);
    const [again] = tabs;
    await expect((await again?.connection())?.ready).resolves.toMatchObject({ epoch: host.rig.epoch });
  });

  it("says what to do where the worker cannot start", async () => {
    const host = new Host();
    host.refusal = new Error("no storage");
    await expect(host.tab().connection()).rejects.toMatchObject({
      code: "worker_died",
      message: expect.stringContaining("no storage") as string,
    });
  });
});
