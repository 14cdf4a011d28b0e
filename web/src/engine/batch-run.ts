import type { BatchBody, BatchItemDone, CompletionBody, WireError } from "../protocol/wire";
import { type Answering, answerItem, concernsThePrompt, type ItemOutcome } from "./batch-item";
import type { BatchStore } from "./batch-store";
import { EngineFailure } from "./errors";
import type { EventSink } from "./host";
import type { EngineJournal } from "./journal";
import { type Client, tabOf } from "./services";

/** What a batch works with. */
export interface BatchRoom {
  host: Answering;
  journal: EngineJournal;
}

/** The way of one job from where it stands to its end. */
export class BatchRun {
  private readonly startedAt = performance.now();
  private readonly id = crypto.randomUUID();
  private done = 0;
  private failed = 0;
  /** Answers that whoever asks has, and the engine has not. */
  private elsewhere = 0;
  /** The answer before, on its way into the store. */
  private settling = Promise.resolve();

  constructor(
    private readonly room: BatchRoom,
    private readonly store: BatchStore,
    private readonly body: BatchBody,
    private readonly sink: EventSink,
    private readonly signal: AbortSignal,
    private readonly client: Client,
  ) {}

  async toItsEnd(kept: BatchItemDone[]): Promise<void> {
    for (const item of kept) this.deliver(item);
    const finished = new Set([...kept.map(({ index }) => index), ...(this.body.done ?? [])]);
    this.elsewhere = finished.size - kept.length;
    for (const index of this.body.prompts.keys()) {
      if (finished.has(index)) continue;
      const outcome = this.signal.aborted ? null : await this.answer(index);
      // The browser writes while the engine computes the next one: never more than one answer is at stake.
      await this.settling;
      this.settling = this.settle(this.uncut(outcome));
    }
    await this.settling;
    this.sink.finish({
      type: "batch_finished",
      job: this.body.job,
      succeeded: this.done - this.failed,
      failed: this.failed,
      duration_ms: performance.now() - this.startedAt,
    });
  }

  private answer(index: number): Promise<ItemOutcome> {
    const id = `${this.client.key}batch:${this.id}:${String(index)}`;
    const asked = bodyOf(this.body, index);
    return answerItem(this.room.host, id, index, asked, tabOf(this.client), this.signal);
  }

  /** Throws where the item was cut or could not begin: then it is computed when the job goes on. */
  private uncut(outcome: ItemOutcome | null): ItemOutcome {
    if (outcome === null) throw this.paused();
    const { error, reason } = outcome.item;
    if (reason === "abort" || error?.code === "aborted") throw this.paused();
    if (error !== null && !concernsThePrompt(error)) throw this.stopped(error);
    return outcome;
  }

  /** Keeps an answer, then tells of it. */
  private async settle(outcome: ItemOutcome): Promise<void> {
    const kept = await this.keep(outcome);
    this.deliver(outcome.item);
    this.note(outcome, kept);
  }

  /** False where the browser could not keep it: it was answered all the same. */
  private async keep({ item, model }: ItemOutcome): Promise<boolean> {
    try {
      await this.store.keep(this.body.job, model, item);
      return true;
    } catch (raw) {
      console.warn("An item of a batch could not be kept:", raw);
      return false;
    }
  }

  private deliver(item: BatchItemDone): void {
    this.done += 1;
    if (item.error !== null) this.failed += 1;
    this.sink.push(item);
  }

  private note({ item, model }: ItemOutcome, kept: boolean): void {
    const { usage, figures, error } = item;
    const prompt = usage?.prompt_tokens;
    const prefilled = figures?.prefilled_tokens ?? undefined;
    this.room.journal.record("batch_item", model, {
      index: item.index,
      of: this.body.prompts.length,
      done: this.done + this.elsewhere,
      failed: this.failed,
      kept: kept && this.body.keep !== false,
      reason: item.reason,
      code: error?.code,
      prompt_tokens: prompt,
      prefilled_tokens: prefilled,
      // Zero in every item but the first where the engine forgets the beginning that the prompts share.
      reused_tokens: prompt === undefined || prefilled === undefined ? undefined : prompt - prefilled,
    });
  }

  private paused(): EngineFailure {
    return new EngineFailure({
      code: "aborted",
      message: `The batch was paused: ${this.progress()}.`,
      hint: "Run the job again: it goes on from there.",
      details: this.details(),
    });
  }

  private stopped(error: WireError): EngineFailure {
    return new EngineFailure({
      ...error,
      message: `The batch stopped, ${this.progress()}: ${error.message}`,
      hint: `${error.hint ?? ""} Run the job again: it goes on from there.`.trim(),
      details: { ...error.details, ...this.details() },
    });
  }

  private progress(): string {
    return `${String(this.done + this.elsewhere)} of ${String(this.body.prompts.length)} prompts are done`;
  }

  private details(): Record<string, unknown> {
    return { job: this.body.job, done: this.done + this.elsewhere, prompts: this.body.prompts.length };
  }
}

/** What is shared comes first in every item: an engine that can keeps it in its KV cache from one to the next. */
export function bodyOf({ shared, prompts, body }: BatchBody, index: number): CompletionBody {
  const prompt = { role: "user" as const, content: prompts[index] ?? "" };
  const [first, ...rest] = [...(shared ?? []), prompt];
  return { ...body, messages: [first, ...rest] };
}
