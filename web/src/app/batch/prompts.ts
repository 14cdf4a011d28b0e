/** Prompts from what a person pastes or loads: lines of text, a CSV table, or JSON lines (pure). */
import Papa from "papaparse";
import { MOST_PROMPTS } from "./limits";

export const LONGEST_PROMPT = 100_000;

export type PromptsFormat = "txt" | "csv" | "jsonl";

/** What is wrong with what was given; its sentence is the catalogue's. */
export type PromptsFault =
  | { code: "too_many"; count: number; most: number }
  | { code: "too_long"; line: number }
  | { code: "not_json" | "no_prompt"; line: number }
  | { code: "not_csv"; line: number };

export type PromptsRead = { prompts: string[]; fault: null } | { prompts: string[]; fault: PromptsFault };

/** Columns and fields that are taken for the prompt, the first that is there. */
const NAMES = ["prompt", "question", "text", "input"];

/** By the file's name; what has another ending is text. */
export function formatOf(name: string): PromptsFormat {
  if (/\.(csv|tsv)$/iu.test(name)) return "csv";
  return /\.(jsonl|ndjson)$/iu.test(name) ? "jsonl" : "txt";
}

export function readPrompts(text: string, format: PromptsFormat): PromptsRead {
  const read = READERS[format](text.replace(/^\uFEFF/u, ""));
  if (read.fault !== null) return read;
  const { prompts } = read;
  const long = prompts.findIndex((prompt) => prompt.length > LONGEST_PROMPT);
  if (long >= 0) return { prompts, fault: { code: "too_long", line: long + 1 } };
  if (prompts.length > MOST_PROMPTS) {
    return { prompts, fault: { code: "too_many", count: prompts.length, most: MOST_PROMPTS } };
  }
  return read;
}

const READERS: Record<PromptsFormat, (text: string) => PromptsRead> = {
  txt: (text) => ({ prompts: linesOf(text).map(({ line }) => line), fault: null }),
  csv: readCsv,
  jsonl: readJsonLines,
};

/** Lines that say something, with their numbers from 1. */
function linesOf(text: string): { line: string; number: number }[] {
  return text
    .split(/\r\n?|\n/u)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "");
}

/** The column of one of the names in the first row, else the first column of every row. */
function readCsv(text: string): PromptsRead {
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: "greedy" });
  // A table of one column has no delimiter to be found.
  const broken = errors.find(({ code }) => code !== "UndetectableDelimiter");
  if (broken !== undefined) return { prompts: [], fault: { code: "not_csv", line: (broken.row ?? 0) + 1 } };
  const [first = [], ...rest] = data;
  const heads = first.map((head) => head.trim().toLowerCase());
  const column = NAMES.map((name) => heads.indexOf(name)).find((index) => index >= 0);
  const rows = column === undefined ? data : rest;
  const prompts = rows.map((row) => (row[column ?? 0] ?? "").trim());
  return { prompts: prompts.filter((prompt) => prompt !== ""), fault: null };
}

/** A text in each line, or an object with a field of one of the names. */
function readJsonLines(text: string): PromptsRead {
  const prompts: string[] = [];
  for (const { line, number } of linesOf(text)) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return { prompts, fault: { code: "not_json", line: number } };
    }
    const prompt = promptIn(value)?.trim() ?? "";
    if (prompt === "") return { prompts, fault: { code: "no_prompt", line: number } };
    prompts.push(prompt);
  }
  return { prompts, fault: null };
}

function promptIn(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const found = NAMES.map((name) => fields[name]).find((field) => typeof field === "string");
  return typeof found === "string" ? found : null;
}
