import type { BatchItemDone, CompletionBody, Priority, StreamEvent, WireError } from "../protocol/wire";
import type { EventSink } from "./host";

/** What a batch needs of the engine host. */
export interface Answering {
  /** Items that are computed at once; it changes with the model. */
  readonly lanes: number;
  complete(
    id: string,
    body: CompletionBody,
    sink: EventSink,
    turn: { client: string; priority: Priority },
  ): void;
  cancel(id: string): boolean;
}

/** One prompt's outcome, and who answered. */
export interface ItemOutcome {
  item: BatchItemDone;
  model: string | null;
}

/**
 * Failures that say nothing about the prompt: there is no model, or no room. They stop the batch, which goes on
 * later; every other one is the answer to its prompt.
 */
const NOT_THE_PROMPTS: ReadonlySet<WireError["code"]> = new Set([
  "aborted",
  "model_not_loaded",
  "model_not_found",
  "worker_died",
  "busy",
  "consent_required",
]);

export const concernsThePrompt = ({ code }: WireError): boolean => !NOT_THE_PROMPTS.has(code);

/**
 * Queues one prompt and waits for its end. Aborting `signal` cancels it, waiting or running; its item then has the
 * reason `abort` or the error `aborted`.
 */
export function answerItem(
  host: Answering,
  id: string,
  index: number,
  body: CompletionBody,
  client: string,
  signal: AbortSignal,
): Promise<ItemOutcome> {
  return new Promise((resolve) => {
    const reader = new ItemReader(index);
    const cancel = (): void => {
      host.cancel(id);
    };
    const sink: EventSink = {
      push: (event) => {
        reader.take(event);
      },
      finish: (event) => {
        signal.removeEventListener("abort", cancel);
        resolve(reader.outcome(event));
      },
    };
    signal.addEventListener("abort", cancel, { once: true });
    host.complete(id, body, sink, { client, priority: "batch" });
    if (signal.aborted) cancel();
  });
}

/** Adds up the events of one answer. */
class ItemReader {
  private text = "";
  private model: string | null = null;

  constructor(private readonly index: number) {}

  take(event: StreamEvent): void {
    if (event.type === "started" || event.type === "recovered") this.model = event.model;
    // Where an engine separates thinking from text, only the text is the answer.
    if (event.type === "delta" && (event.channel ?? "text") === "text") this.text += event.text;
  }

  outcome(last: StreamEvent): ItemOutcome {
    const { index, text, model } = this;
    const item: BatchItemDone = {
      type: "batch_item",
      index,
      text,
      reason: last.type === "finished" ? last.reason : null,
      usage: last.type === "finished" ? last.usage : null,
      figures: last.type === "finished" ? last.figures : null,
      error: last.type === "failure" ? last.error : null,
    };
    return { item, model };
  }
}
