/** What came of a batch, as a file that other programs read. */
import Papa from "papaparse";
import type { Batch } from "./record";
import { itemOf, promptState } from "./record";

export type ResultsFormat = "json" | "csv";
export const RESULTS_FORMATS = ["json", "csv"] as const satisfies readonly ResultsFormat[];

/** One prompt, with what is known of it. */
interface Row {
  index: number;
  prompt: string;
  state: string;
  text: string | null;
  reason: string | null;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  error_code: string | null;
  error_message: string | null;
}

export function resultsOf(batch: Batch, format: ResultsFormat): string {
  const rows = batch.prompts.map((_, index) => rowOf(batch, index));
  return format === "json" ? asJson(batch, rows) : asCsv(rows);
}

function rowOf(batch: Batch, index: number): Row {
  const item = itemOf(batch, index);
  return {
    index,
    prompt: batch.prompts[index] ?? "",
    state: item === undefined ? "waiting" : promptState(batch, index),
    text: item?.text ?? null,
    reason: item?.reason ?? null,
    prompt_tokens: item?.usage?.prompt_tokens ?? null,
    completion_tokens: item?.usage?.completion_tokens ?? null,
    error_code: item?.error?.code ?? null,
    error_message: item?.error?.message ?? null,
  };
}

function asJson({ name, instruction, sampling, model, createdAt }: Batch, results: readonly Row[]): string {
  const head = { name, model, created_at: new Date(createdAt).toISOString(), instruction, sampling };
  return `${JSON.stringify({ ...head, results }, null, 2)}\n`;
}

/** With a byte order mark: without one a spreadsheet takes it for a local encoding. */
function asCsv(rows: readonly Row[]): string {
  return `\uFEFF${Papa.unparse([...rows], { newline: "\r\n" })}\r\n`;
}
