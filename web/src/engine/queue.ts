/** What happens to a job that is cancelled before its turn. */
export interface Job {
  id: string;
  /** Runs in the job's turn. The next job starts when it settles; it reports its own outcome and never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Called instead of `run` when the job is cancelled while it waits. */
  dropped(): void;
}

interface Entry extends Job {
  controller: AbortController;
}

/** One job at a time, in the order in which they came. An engine can do no more, and says so less well. */
export class JobQueue {
  private readonly waiting: Entry[] = [];
  private running: Entry | null = null;

  /** `onChange` is told whenever a job comes or goes. */
  constructor(private readonly onChange: () => void = () => undefined) {}

  /** Jobs that wait or run. */
  get size(): number {
    return this.waiting.length + (this.running === null ? 0 : 1);
  }

  has(id: string): boolean {
    return this.running?.id === id || this.waiting.some((entry) => entry.id === id);
  }

  add(job: Job): void {
    this.waiting.push({
      id: job.id,
      run: (signal) => job.run(signal),
      dropped: () => {
        job.dropped();
      },
      controller: new AbortController(),
    });
    this.onChange();
    void this.drain();
  }

  /** Cancels one job, waiting or running. False when there is none: it has ended by itself in the meantime. */
  cancel(id: string): boolean {
    if (this.running?.id === id) {
      this.running.controller.abort();
      return true;
    }
    const index = this.waiting.findIndex((entry) => entry.id === id);
    const [entry] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (entry === undefined) return false;
    entry.controller.abort();
    entry.dropped();
    this.onChange();
    return true;
  }

  private async drain(): Promise<void> {
    if (this.running !== null) return;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.running = next;
      try {
        await next.run(next.controller.signal);
      } catch (raw) {
        // A job reports its own outcome; one that breaks that promise must not stop those behind it.
        console.error("A job of the engine's queue threw:", raw);
      } finally {
        this.running = null;
        this.onChange();
      }
    }
  }
}
