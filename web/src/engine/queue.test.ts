import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineFailure } from "./errors";
import { type Job, JobQueue, QUEUE_LIMITS } from "./queue";

type Log = string[];

/** A job that runs until it is told to end, and writes down what happens to it. */
class Probe implements Job {
  end!: () => void;
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(
    readonly id: string,
    private readonly log: Log,
    readonly priority: Job["priority"] = "chat",
    readonly client = "one",
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    this.log.push(`${this.id} runs`);
    signal.addEventListener("abort", () => {
      this.log.push(`${this.id} aborted`);
      this.end();
    });
    await this.ended;
    this.log.push(`${this.id} ended`);
  }

  dropped(): void {
    this.log.push(`${this.id} dropped`);
  }
}

/** The order in which jobs run that all wait behind one that runs already. */
async function orderOf(queue: JobQueue, jobs: readonly Probe[], log: Log): Promise<string[]> {
  const first = new Probe("first", log, "chat", "nobody");
  queue.add(first);
  for (const job of jobs) {
    job.end();
    queue.add(job);
  }
  first.end();
  await expect.poll(() => queue.idle).toBe(true);
  return log
    .filter((line) => line.endsWith(" runs"))
    .map((line) => line.replace(" runs", ""))
    .slice(1);
}

describe("JobQueue", () => {
  it("runs one job at a time, in order, and forgets those that are cancelled while they wait", async () => {
    const log: Log = [];
    const [a, b, c] = ["a", "b", "c"].map((id) => new Probe(id, log)) as [Probe, Probe, Probe];
    const queue = new JobQueue();
    for (const job of [a, b, c]) queue.add(job);
    expect(queue.cancel("b")).toBe(true);
    a.end();
    await expect.poll(() => log.includes("c runs")).toBe(true);
    c.end();
    await expect.poll(() => log.at(-1)).toBe("c ended");
    expect(log).toEqual(["a runs", "b dropped", "a ended", "c runs", "c ended"]);
  });

  it("aborts the job that runs, and says when there is nothing to cancel", async () => {
    const log: Log = [];
    const queue = new JobQueue();
    queue.add(new Probe("a", log));
    expect(queue.cancel("a")).toBe(true);
    await expect.poll(() => log.at(-1)).toBe("a ended");
    expect(queue.cancel("a")).toBe(false);
    expect(log).toEqual(["a runs", "a aborted", "a ended"]);
  });

  it("takes chat before side requests, and both before a batch", async () => {
    const log: Log = [];
    const jobs = (["batch", "side", "chat"] as const).map((priority) => new Probe(priority, log, priority));
    expect(await orderOf(new JobQueue(), jobs, log)).toEqual(["chat", "side", "batch"]);
  });

  it("gives clients turns, however many requests one of them has", async () => {
    const log: Log = [];
    const many = Array.from({ length: 4 }, (_, at) => new Probe(`many ${String(at)}`, log, "chat", "many"));
    const few = Array.from({ length: 2 }, (_, at) => new Probe(`few ${String(at)}`, log, "chat", "few"));
    expect(await orderOf(new JobQueue(), [...many, ...few], log)).toEqual([
      "many 0",
      "few 0",
      "many 1",
      "few 1",
      "many 2",
      "many 3",
    ]);
  });

  it("takes what somebody looks at before what nobody does", async () => {
    const log: Log = [];
    const queue = new JobQueue();
    queue.setBackground("hidden", true);
    const jobs = [new Probe("unseen", log, "chat", "hidden"), new Probe("seen", log, "chat", "shown")];
    expect(await orderOf(queue, jobs, log)).toEqual(["seen", "unseen"]);
  });

  it("moves a batch up after some turns, so that no stream of chats can starve it", async () => {
    const log: Log = [];
    const batch = new Probe("batch", log, "batch", "patient");
    const chats = Array.from({ length: 30 }, (_, at) => new Probe(`chat ${String(at)}`, log));
    const order = await orderOf(new JobQueue({ ...QUEUE_LIMITS, patience: 2 }), [batch, ...chats], log);
    expect(order.indexOf("batch")).toBeLessThan(10);
  });

  it("runs nothing across a load: what came before it before it, what came behind it behind it", async () => {
    const log: Log = [];
    const jobs = [
      new Probe("batch", log, "batch"),
      new Probe("load", log, "barrier"),
      new Probe("chat", log, "chat"),
    ];
    expect(await orderOf(new JobQueue(), jobs, log)).toEqual(["batch", "load", "chat"]);
  });

  it("refuses what is too much with the figures, from one client and in all, but never a load", () => {
    const log: Log = [];
    const queue = new JobQueue({ perClient: 2, inAll: 3, patience: 8 });
    for (const id of ["runs", "a", "b"]) queue.add(new Probe(id, log));
    expect(
      refusal(() => {
        queue.add(new Probe("c", log));
      }),
    ).toMatchObject({
      code: "busy",
      details: { own: 2, limit: 2 },
    });
    queue.add(new Probe("d", log, "chat", "other"));
    expect(
      refusal(() => {
        queue.add(new Probe("e", log, "chat", "third"));
      }),
    ).toMatchObject({
      code: "busy",
      details: { waiting: 3, limit: 3 },
    });
    queue.add(new Probe("load", log, "barrier"));
  });

  it("runs as many items of batches at once as there are lanes, and anything else alone", async () => {
    const log: Log = [];
    const queue = new JobQueue(QUEUE_LIMITS, () => 2);
    const [a, b, c] = ["a", "b", "c"].map((id) => new Probe(id, log, "batch")) as [Probe, Probe, Probe];
    const chat = new Probe("chat", log);
    for (const job of [a, b, c, chat]) queue.add(job);
    expect(log).toEqual(["a runs", "b runs"]);
    b.end();
    await expect.poll(() => log.at(-1)).toBe("b ended");
    a.end();
    await expect.poll(() => log.slice(2)).toEqual(["b ended", "a ended", "chat runs"]);
    chat.end();
    c.end();
    await expect.poll(() => queue.idle).toBe(true);
    expect(log.slice(5)).toEqual(["chat ended", "c runs", "c ended"]);
  });

  it("aborts the one that is meant of two that run", async () => {
    const log: Log = [];
    const queue = new JobQueue(QUEUE_LIMITS, () => 2);
    for (const id of ["a", "b"]) queue.add(new Probe(id, log, "batch"));
    expect(queue.cancel("b")).toBe(true);
    await expect.poll(() => log.at(-1)).toBe("b ended");
    expect(log).not.toContain("a ended");
    expect(queue.cancel("b")).toBe(false);
  });

  it("tells when it falls idle, and when it does not any more", async () => {
    const heard: boolean[] = [];
    const queue = new JobQueue();
    queue.onIdle((idle) => heard.push(idle));
    const job = new Probe("a", []);
    queue.add(job);
    job.end();
    await expect.poll(() => heard).toEqual([false, true]);
  });
});

const PRIORITIES: Job["priority"][] = ["chat", "side", "batch", "barrier"];
const step = fc.oneof(
  fc.record({
    kind: fc.constant("add" as const),
    client: fc.constantFrom("one", "two", "three"),
    priority: fc.constantFrom(...PRIORITIES),
  }),
  fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(40) }),
  fc.record({ kind: fc.constant("end" as const) }),
);

it("ends every job exactly once and runs no two but of batches, whatever is added and cancelled when", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, lanes) => {
        const queue = new JobQueue(QUEUE_LIMITS, () => lanes);
        const ends = new Map<string, number>();
        const running: Job["priority"][] = [];
        const together: Job["priority"][][] = [];
        const finishes: (() => void)[] = [];
        const finish = (): void => finishes.shift()?.();
        const add = (id: string, client: string, priority: Job["priority"]): void => {
          const ended = (): void => void ends.set(id, (ends.get(id) ?? 0) + 1);
          ends.set(id, 0);
          queue.add({
            id,
            client,
            priority,
            dropped: ended,
            run: async (signal) => {
              running.push(priority);
              if (running.length > 1) together.push([...running]);
              await new Promise<void>((resolve) => {
                finishes.push(resolve);
                signal.addEventListener("abort", () => {
                  resolve();
                });
              });
              running.splice(running.indexOf(priority), 1);
              ended();
            },
          });
        };
        let added = 0;
        for (const one of steps) {
          if (one.kind === "add") add(String(added++), one.client, one.priority);
          else if (one.kind === "cancel") queue.cancel(String(one.which));
          else finish();
          await Promise.resolve();
        }
        while (!queue.idle) {
          finish();
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        expect([...ends.values()].every((count) => count === 1)).toBe(true);
        for (const some of together) {
          expect(some.length).toBeLessThanOrEqual(lanes);
          expect(some.every((priority) => priority === "batch")).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});

function refusal(act: () => unknown): unknown {
  try {
    act();
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
  throw new Error("It was not refused.");
}
