/** A batch as it is kept: what was asked, what came back, and where it stands (pure). */
import type { BatchItemDone, Sampling, WireError } from "../../protocol/wire";
import { MOST_PROMPTS } from "./limits";

export type BatchState =
  /** It goes on, in this tab or in another one. */
  | { kind: "running" }
  /** It can go on; `error` is what stopped it, where that was not a person. */
  | { kind: "paused"; error: WireError | null }
  | { kind: "finished" }
  /** It was ended before its end, and stays so. */
  | { kind: "cancelled" };

export interface Batch {
  id: string;
  name: string;
  prompts: readonly string[];
  /** Before every prompt; empty: nothing. */
  instruction: string;
  /** How it is answered: the choices for answers when it began. */
  sampling: Sampling;
  /** Answers and errors, by the index of their prompts. */
  items: readonly BatchItemDone[];
  state: BatchState;
  /** Id of the model that it began with. */
  model: string | null;
  createdAt: number;
  changedAt: number;
}

/** What is known of one prompt. */
export type PromptState = "waiting" | "running" | "done" | "failed";

export const itemOf = ({ items }: Batch, index: number): BatchItemDone | undefined =>
  items.find((item) => item.index === index);

/** Prompts are answered in their order: the first without an answer is the one that runs. */
export function promptState(batch: Batch, index: number): PromptState {
  const item = itemOf(batch, index);
  if (item !== undefined) return item.error === null ? "done" : "failed";
  const first = batch.prompts.findIndex((_, each) => itemOf(batch, each) === undefined);
  return batch.state.kind === "running" && index === first ? "running" : "waiting";
}

export interface Sums {
  done: number;
  failed: number;
  promptTokens: number;
  answerTokens: number;
}

export function sumsOf({ items }: Batch): Sums {
  return {
    done: items.length,
    failed: items.filter(({ error }) => error !== null).length,
    promptTokens: items.reduce((sum, { usage }) => sum + (usage?.prompt_tokens ?? 0), 0),
    answerTokens: items.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0),
  };
}

/** The batch with one more item, in the place of an older one of the same prompt. */
export function withItem(batch: Batch, item: BatchItemDone): Batch {
  const others = batch.items.filter(({ index }) => index !== item.index);
  return { ...batch, items: [...others, item].sort((one, other) => one.index - other.index) };
}

/** What was stored, by whatever version of this page; null where it is no batch. */
export function readBatch(id: string, stored: unknown): Batch | null {
  if (!isRecord(stored) || typeof stored.name !== "string") return null;
  const { prompts, items, instruction, sampling, state, model } = stored;
  if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > MOST_PROMPTS) return null;
  if (!prompts.every((prompt) => typeof prompt === "string")) return null;
  const kept = Array.isArray(items) ? items.filter(isItem) : [];
  return {
    id,
    name: stored.name,
    prompts,
    instruction: typeof instruction === "string" ? instruction : "",
    sampling: isRecord(sampling) ? sampling : {},
    items: kept.filter(({ index }) => index < prompts.length),
    state: readState(state),
    model: typeof model === "string" ? model : null,
    createdAt: timeIn(stored.createdAt),
    changedAt: timeIn(stored.changedAt),
  };
}

function readState(stored: unknown): BatchState {
  const kind = isRecord(stored) ? stored.kind : null;
  if (kind === "finished" || kind === "cancelled" || kind === "running") return { kind };
  const error = isRecord(stored) && isRecord(stored.error) ? stored.error : null;
  const told = typeof error?.code === "string" && typeof error.message === "string";
  return { kind: "paused", error: told ? (error as unknown as WireError) : null };
}

function isItem(stored: unknown): stored is BatchItemDone {
  return (
    isRecord(stored) &&
    Number.isInteger(stored.index) &&
    (stored.index as number) >= 0 &&
    typeof stored.text === "string" &&
    isOrNull(stored.usage) &&
    isOrNull(stored.figures) &&
    isOrNull(stored.error)
  );
}

const isOrNull = (value: unknown): boolean => value === null || isRecord(value);

const timeIn = (stored: unknown): number => (typeof stored === "number" && Number.isFinite(stored) ? stored : 0);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
