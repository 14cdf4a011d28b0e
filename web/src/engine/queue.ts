/** A load, a completion, an unload: what an engine can do one at a time. */
export interface Job {
  id: string;
  /** Runs in the job's turn. The next job starts when it settles; it reports its own outcome and never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Called instead of `run` when the job is cancelled while it waits. */
  dropped(): void;
}

interface Running {
  id: string;
  controller: AbortController;
}

/** One job at a time, in the order in which they came. An engine can do no more, and says so less well. */
export class JobQueue {
  private readonly waiting: Job[] = [];
  private running: Running | null = null;

  add(job: Job): void {
    this.waiting.push(job);
    void this.drain();
  }

  /** Cancels one job, waiting or running. False when there is none: it has ended by itself in the meantime. */
  cancel(id: string): boolean {
    if (this.running?.id === id) {
      this.running.controller.abort();
      return true;
    }
    const index = this.waiting.findIndex((job) => job.id === id);
    const [job] = index < 0 ? [] : this.waiting.splice(index, 1);
    job?.dropped();
    return job !== undefined;
  }

  private async drain(): Promise<void> {
    if (this.running !== null) return;
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) {
      const controller = new AbortController();
      this.running = { id: job.id, controller };
      try {
        await job.run(controller.signal);
      } catch (raw) {
        // One that breaks its promise must not stop those behind it.
        console.error("A job of the engine's queue threw:", raw);
      } finally {
        this.running = null;
      }
    }
  }
}
