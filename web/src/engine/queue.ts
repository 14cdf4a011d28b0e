import type { Priority } from "../protocol/wire";
import { failure } from "./errors";
import { nextTurn, type Waiting } from "./turns";

/** What an engine can do one at a time. */
export interface Job {
  id: string;
  /** Whose turn it is: clients take turns. */
  client: string;
  /** `barrier`: a load or an unload. What came before it runs before it, and nothing that came behind. */
  priority: Priority | "barrier";
  /** Runs in the job's turn. The next job starts when it settles; it reports its own outcome and never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Called instead of `run` when the job is cancelled while it waits. */
  dropped(): void;
}

export interface QueueLimits {
  /** Requests of one client that may wait. */
  perClient: number;
  /** Requests that may wait in all. */
  inAll: number;
  /** Turns after which a request that waits moves up one step. */
  patience: number;
}

export const QUEUE_LIMITS: QueueLimits = { perClient: 256, inAll: 1024, patience: 8 };

/** A job in its turn. */
interface Running {
  job: Job;
  controller: AbortController;
}

/**
 * One job at a time. An engine can do no more, and says so less well; but for the items of batches, of which some
 * engines compute as many at once as there are `lanes`. Whatever else comes next waits for those, and has the engine
 * to itself.
 *
 * Whose turn is next: `nextTurn`. Barriers split the line; turns are taken among what stands before the first one.
 */
export class JobQueue {
  private readonly waiting: Waiting<Job>[] = [];
  private readonly running = new Set<Running>();
  private readonly background = new Set<string>();
  private turn = 0;
  private readonly idleListeners = new Set<(idle: boolean) => void>();

  constructor(
    private readonly limits: QueueLimits = QUEUE_LIMITS,
    private readonly lanes: () => number = () => 1,
  ) {}

  /** True while nothing runs or waits. */
  get idle(): boolean {
    return this.running.size === 0 && this.waiting.length === 0;
  }

  /** Tells a listener when the last job has ended and when the next one comes. Returns what ends that. */
  onIdle(listener: (idle: boolean) => void): () => void {
    this.idleListeners.add(listener);
    return () => this.idleListeners.delete(listener);
  }

  /** Adds a job. Throws `busy` when too many wait already; a load always gets through. */
  add(job: Job): void {
    if (job.priority !== "barrier") this.refuseAbove(job.client);
    if (this.idle) this.tell(false);
    this.waiting.push({ job, turn: this.turn });
    this.drain();
  }

  /** Cancels one job, waiting or running. False when there is none: it has ended by itself in the meantime. */
  cancel(id: string): boolean {
    for (const { job, controller } of this.running) {
      if (job.id !== id) continue;
      controller.abort();
      return true;
    }
    const index = this.waiting.findIndex(({ job }) => job.id === id);
    const [found] = index < 0 ? [] : this.waiting.splice(index, 1);
    found?.job.dropped();
    return found !== undefined;
  }

  /** Clients that nobody looks at come behind those that somebody does, at the same priority. */
  setBackground(client: string, background: boolean): void {
    if (background) this.background.add(client);
    else this.background.delete(client);
  }

  private refuseAbove(client: string): void {
    const requests = this.waiting.filter(({ job }) => job.priority !== "barrier");
    const own = requests.filter(({ job }) => job.client === client).length;
    const { perClient, inAll } = this.limits;
    if (own < perClient && requests.length < inAll) return;
    throw failure(
      "busy",
      own < perClient
        ? `${String(requests.length)} requests wait for the engine already.`
        : `${String(own)} requests of this client wait for the engine already.`,
      "Wait for some of them to end, or cancel some.",
      { waiting: requests.length, own, limit: own < perClient ? inAll : perClient },
    );
  }

  private drain(): void {
    for (let job = this.take(); job !== null; job = this.take()) void this.run(job);
  }

  private async run(job: Job): Promise<void> {
    const running = { job, controller: new AbortController() };
    this.running.add(running);
    try {
      await job.run(running.controller.signal);
    } catch (raw) {
      // One that breaks its promise must not stop those behind it.
      console.error("A job of the engine's queue threw:", raw);
    } finally {
      this.running.delete(running);
    }
    this.drain();
    if (this.idle) this.tell(true);
  }

  private take(): Job | null {
    if (!this.lacksWork) return null;
    const next = nextTurn(this.waiting, this.turn, this.limits.patience, this.background);
    if (next === null || (this.running.size > 0 && next.job.priority !== "batch")) return null;
    this.waiting.splice(this.waiting.indexOf(next), 1);
    this.turn += 1;
    for (const waiting of this.waiting) {
      // Half a turn later than who came meanwhile: having just been served counts as having been served last.
      if (waiting.job.client === next.job.client) waiting.served = this.turn + 0.5;
    }
    return next.job;
  }

  /** Nothing runs, or nothing but items of batches, and fewer than could. */
  private get lacksWork(): boolean {
    const { running } = this;
    if (running.size === 0) return true;
    return running.size < this.lanes() && [...running].every(({ job }) => job.priority === "batch");
  }

  private tell(idle: boolean): void {
    for (const listener of this.idleListeners) listener(idle);
  }
}
