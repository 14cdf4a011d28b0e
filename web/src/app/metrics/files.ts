/** Inferences as a file that other programs read (pure). */
import { type Inference, MEASURES } from "./inference";

export const FORMATS = ["csv", "json"] as const;
export type FileFormat = (typeof FORMATS)[number];

export const MEDIA_TYPES: Readonly<Record<FileFormat, string>> = { csv: "text/csv", json: "application/json" };

const COLUMNS = ["id", "ended_at", "kind", "model", "mode", "engine", "outcome", "code", "priority", ...MEASURES];

export const fileBegin = (format: FileFormat): string =>
  format === "csv" ? line(COLUMNS) : '{"version":1,"inferences":[';

export const fileEnd = (format: FileFormat): string => (format === "csv" ? "" : "]}\n");

/** The next inferences; `first`: none stand before them. */
export function filePart(format: FileFormat, inferences: readonly Inference[], first: boolean): string {
  if (format === "csv") return inferences.map(row).join("");
  const text = inferences.map((inference) => JSON.stringify(flat(inference))).join(",\n");
  return first || text === "" ? text : `,\n${text}`;
}

function flat({ measured, at, ...facts }: Inference): Record<string, unknown> {
  return { ...facts, ended_at: new Date(at).toISOString(), ...measured };
}

function row(inference: Inference): string {
  const fields = flat(inference);
  return line(COLUMNS.map((column) => fields[column] ?? ""));
}

function line(fields: readonly unknown[]): string {
  return `${fields.map((field) => quoted(String(field))).join(",")}\r\n`;
}

/** As RFC 4180 has it. A program that counts must not take a name for a formula: a quote stands before those. */
function quoted(field: string): string {
  const safe = /^[=+\-@\t\r]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
