import { checkClientMessage } from "../protocol/validate";
import type { BatchBody, BatchItemDone, BatchJob } from "../protocol/wire";
import { type BatchRoom, BatchRun, bodyOf } from "./batch-run";
import { type BatchStore, MemoryBatches, type StoredBatch } from "./batch-store";
import { EngineFailure, failure } from "./errors";
import type { EventSink } from "./host";
import type { Client, Services } from "./services";

/** Prompts that one job may have where nothing else is said. */
const BATCH_LIMIT = 100;

export interface BatchOptions extends BatchRoom {
  /** Asked for when the first job comes. */
  store: () => Promise<BatchStore>;
  /** Prompts that one job may have. */
  limit?: number | undefined;
}

/** Jobs of many prompts: one item after the other in the engine's queue, each kept as soon as it has its answer. */
export function batchService(options: BatchOptions): Services {
  const jobs = new BatchJobs(options);
  return {
    queries: {
      batches: () => jobs.list(),
      forget_batch: ({ job }) => jobs.forget(job),
    },
    openings: {
      batch: ({ body }, sink, signal, client) => jobs.run(body, sink, signal, client),
    },
  };
}

class BatchJobs {
  private readonly running = new Map<string, { signal: AbortSignal; ended: Promise<void> }>();
  private opened: Promise<BatchStore> | null = null;

  constructor(private readonly options: BatchOptions) {}

  async list(): Promise<{ type: "batch_jobs"; jobs: BatchJob[] }> {
    const store = await this.store();
    const jobs = (await store.list()).sort((one, other) => other.createdAt - one.createdAt);
    return { type: "batch_jobs", jobs: jobs.map(describe) };
  }

  async forget(job: string): Promise<{ type: "done" }> {
    if (this.running.has(job)) throw running(job, "Cancel it before it is forgotten.");
    const store = await this.store();
    if (!(await store.forget(job)))
      throw failure("invalid_request", `There is no batch job "${job}".`, "List the jobs that are kept.", {
        job,
      });
    return { type: "done" };
  }

  async run(body: BatchBody, sink: EventSink, signal: AbortSignal, client: Client): Promise<void> {
    refuseTooMany(body, this.options.limit ?? BATCH_LIMIT);
    refuseMalformed(body);
    await this.alone(body.job, signal, async () => {
      const store = body.keep === false ? new MemoryBatches() : await this.store();
      const run = new BatchRun(this.options, store, body, sink, signal, client);
      await run.toItsEnd(await recall(store, body));
    });
  }

  /** One run of a job at a time; one that was just cancelled is waited for. */
  private async alone(job: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let other = this.running.get(job); other !== undefined; other = this.running.get(job)) {
      if (!other.signal.aborted) throw running(job, "Wait for its end, or cancel it.");
      await other.ended;
    }
    const working = work();
    // Whoever waits for the end does not ask how it came.
    const ended = working.catch(() => undefined).finally(() => this.running.delete(job));
    this.running.set(job, { signal, ended });
    await working;
  }

  private store(): Promise<BatchStore> {
    return (this.opened ??= this.options.store());
  }
}

/** What is already there of a job; begins one that is new. Refuses one that was begun with something else. */
async function recall(store: BatchStore, body: BatchBody): Promise<BatchItemDone[]> {
  const fingerprint = await fingerprintOf(body);
  const known = await store.find(body.job);
  if (known === null) {
    const { job, prompts } = body;
    const counts = { prompts: prompts.length, done: 0, failed: 0 };
    await store.begin({ job, fingerprint, ...counts, model: null, createdAt: Date.now() });
    return [];
  }
  if (known.fingerprint === fingerprint) return store.items(body.job);
  throw failure(
    "invalid_request",
    `The batch job "${body.job}" was begun with other prompts or another body.`,
    "Give this one another name, or forget the job that is kept.",
    { job: body.job },
  );
}

async function fingerprintOf({ shared, prompts, body }: BatchBody): Promise<string> {
  const text = JSON.stringify([shared ?? [], prompts, Object.entries(body ?? {}).sort()]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refuseTooMany({ prompts }: BatchBody, limit: number): void {
  if (prompts.length <= limit) return;
  throw failure(
    "invalid_request",
    `A batch may have ${String(limit)} prompts, and this one has ${String(prompts.length)}.`,
    "Split it into several jobs, or raise the engine's batchLimit.",
    { limit, prompts: prompts.length },
  );
}

/** The fields of `body` are checked as those of the completions that they become. */
function refuseMalformed(batch: BatchBody): void {
  const beyond = batch.done?.find((index) => index >= batch.prompts.length);
  if (beyond !== undefined)
    throw failure(
      "invalid_request",
      `The batch has no prompt ${String(beyond)} that could be done.`,
      "Name prompts by their index, from 0.",
      { field: "done" },
    );
  const own = ["messages", "continue_text"].find((field) => batch.body !== undefined && field in batch.body);
  if (own !== undefined)
    throw failure("invalid_request", `The body of a batch must not have "${own}".`, "Leave it out.", {
      field: own,
    });
  const body = bodyOf(batch, 0);
  const checked = checkClientMessage({ type: "complete", id: "1", epoch: "1", credit: 1, body });
  if (!checked.ok) throw new EngineFailure(checked.error);
}

const running = (job: string, hint: string): EngineFailure =>
  failure("busy", `The batch job "${job}" is running.`, hint, { job });

const describe = ({ job, prompts, done, failed, model, createdAt }: StoredBatch): BatchJob => ({
  job,
  prompts,
  done,
  failed,
  model,
  created_at: createdAt,
  finished: done >= prompts,
});
