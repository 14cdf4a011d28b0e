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

/**
 * One job at a time. An engine can do no more, and says so less well.
 *
 * Whose turn is next: `nextTurn`. Barriers split the line; turns are taken among what stands before the first one.
 */
export class JobQueue {
  private readonly waiting: Waiting<Job>[] = [];
  private running: { job: Job; controller: AbortController } | null = null;
  private readonly background = new Set<string>();
  private turn = 0;
  private readonly idleListeners = new Set<(idle: boolean) => void>();

  constructor(private readonly limits: QueueLimits = QUEUE_LIMITS) {}

  /** True while nothing runs or waits. */
  get idle(): boolean {
    return this.running === null && this.waiting.length === 0;
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
    void this.drain();
  }

  /** Cancels one job, waiting or running. False when there is none: it has ended by itself in the meantime. */
  cancel(id: string): boolean {
    if (this.running?.job.id === id) {
      this.running.controller.abort();
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

  private async drain(): Promise<void> {
    if (this.running !== null) return;
    for (let job = this.take(); job !== null; job = this.take()) {
      const controller = new AbortController();
      this.running = { job, controller };
      try {
        await job.run(controller.signal);
      } catch (raw) {
        // One that breaks its promise must not stop those behind it.
        console.error("A job of the engine's queue threw:", raw);
      } finally {
        this.running = null;
      }
    }
    this.tell(true);
  }

  private take(): Job | null {
    const next = nextTurn(this.waiting, this.turn, this.limits.patience, this.background);
    if (next === null) return null;
    this.waiting.splice(this.waiting.indexOf(next), 1);
    this.turn += 1;
    for (const waiting of this.waiting) {
      // Half a turn later than who came meanwhile: having just been served counts as having been served last.
      if (waiting.job.client === next.job.client) waiting.served = this.turn + 0.5;
    }
    return next.job;
  }

  private tell(idle: boolean): void {
    for (const listener of this.idleListeners) listener(idle);
  }
}
