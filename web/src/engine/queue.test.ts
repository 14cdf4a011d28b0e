import { describe, expect, it } from "vitest";
import { JobQueue } from "./queue";

/** A job that runs until it is told to end, and writes down what happens to it. */
class Probe {
  end!: () => void;
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(
    readonly id: string,
    private readonly log: string[],
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

describe("JobQueue", () => {
  it("runs one job at a time, in order, and forgets those that are cancelled while they wait", async () => {
    const log: string[] = [];
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
    const log: string[] = [];
    const queue = new JobQueue();
    queue.add(new Probe("a", log));
    expect(queue.cancel("a")).toBe(true);
    await expect.poll(() => log.at(-1)).toBe("a ended");
    expect(queue.cancel("a")).toBe(false);
    expect(log).toEqual(["a runs", "a aborted", "a ended"]);
  });
});
