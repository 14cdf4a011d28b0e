import type { BatchBody, BatchItemDone, CompletionBody, WireError } from "../protocol/wire";
import { type Answering, answerItem, concernsThePrompt, type ItemOutcome } from "./batch-item";
import type { BatchStore } from "./batch-store";
import { EngineFailure } from "./errors";
import type { EventSink } from "./host";
import { InOrder } from "./in-order";
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
  private readonly lanes: Promise<void>[] = [];
  /** Why it goes no further, told once every lane has ended. */
  private halted: (() => EngineFailure) | null = null;

  constructor(
    private readonly room: BatchRoom,
    private readonly store: BatchStore,
    private readonly body: BatchBody,
    private readonly sink: EventSink,
    private readonly signal: AbortSignal,
    private readonly client: Client,
  ) {}

  async toItsEnd(kept: BatchItemDone[]): Promise<void> {
    const known = new Set(kept.map(({ index }) => index));
    const elsewhere = new Set(this.body.done?.filter((index) => !known.has(index)));
    this.elsewhere = elsewhere.size;
    const asked = [...this.body.prompts.keys()].filter((index) => !elsewhere.has(index));
    const told = new InOrder<BatchItemDone>(asked, (item) => {
      this.sink.push(item);
    });
    for (const item of kept) this.deliver(item, told);
    this.widen(asked.filter((index) => !known.has(index)).values(), told);
    // More of them may begin while some run.
    for (const lane of this.lanes) await lane;
    told.flush();
    if (this.halted !== null) throw this.halted();
    this.sink.finish({
      type: "batch_finished",
      job: this.body.job,
      succeeded: this.done - this.failed,
      failed: this.failed,
      duration_ms: performance.now() - this.startedAt,
    });
  }

  /** Has as many items asked for at once as the engine computes. */
  private widen(indexes: IterableIterator<number>, told: InOrder<BatchItemDone>): void {
    do this.lanes.push(this.lane(indexes, told));
    while (this.lanes.length < this.room.host.lanes);
  }

  /** One item after the other, from what is left for all lanes. Where one halts the others end with their item. */
  private async lane(indexes: IterableIterator<number>, told: InOrder<BatchItemDone>): Promise<void> {
    let settling = Promise.resolve();
    for (const index of indexes) {
      if (this.halted !== null) break;
      const outcome = this.uncut(this.signal.aborted ? null : await this.answer(index));
      // The browser writes while the engine computes the next one: of each lane one answer is at stake, never more.
      await settling;
      if (outcome === null) return;
      settling = this.settle(outcome, told);
      // A model that slept is there by now.
      if (this.lanes.length < this.room.host.lanes) this.widen(indexes, told);
    }
    await settling;
  }

  private answer(index: number): Promise<ItemOutcome> {
    const id = `${this.client.key}batch:${this.id}:${String(index)}`;
    const asked = bodyOf(this.body, index);
    return answerItem(this.room.host, id, index, asked, tabOf(this.client), this.signal);
  }

  /** Halts, and gives null, where the item was cut or could not begin: it is computed when the job goes on. */
  private uncut(outcome: ItemOutcome | null): ItemOutcome | null {
    const { error = null, reason } = outcome?.item ?? {};
    if (outcome === null || reason === "abort" || error?.code === "aborted")
      this.halted ??= () => this.paused();
    else if (error !== null && !concernsThePrompt(error)) this.halted ??= () => this.stopped(error);
    else return outcome;
    return null;
  }

  /** Keeps an answer, then tells of it. */
  private async settle(outcome: ItemOutcome, told: InOrder<BatchItemDone>): Promise<void> {
    const kept = await this.keep(outcome);
    this.deliver(outcome.item, told);
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

  private deliver(item: BatchItemDone, told: InOrder<BatchItemDone>): void {
    this.done += 1;
    if (item.error !== null) this.failed += 1;
    // Where nothing is kept here, whoever hears of it keeps it: it waits for none before it.
    if (this.body.keep === false) this.sink.push(item);
    else told.take(item.index, item);
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
