/** Reads an export: refuses whatever is not one from beginning to end, before anything is taken over. */
import { readDeck } from "../../study/deck";
import { inferenceOf } from "../../metrics/inference";
import { readTool } from "../../tools/own-tool";
import { digestOf, type ExportRecord, FORMAT, ImportRefused, type ImportProblem, VERSION } from "./format";
import { migrated } from "./migrations";
import { readNotes } from "./notes";
import { faultOf, isKind } from "./schemas";

/** A line of an export, before it is known to be anything. */
export type Line = Readonly<Record<string, unknown>>;

/** How deep JSON may be nested: what a page makes is not half as deep. */
const DEPTH = 60;

export async function readExport(text: string): Promise<ExportRecord[]> {
  const header = headerOf(text);
  const { lines, at } = linesOf(text);
  const last = lines.pop();
  if (last === undefined || last["kind"] !== "end") throw refused({ code: "truncated" });
  if (header.version >= 2 && last["sha256"] !== (await digestOf(text.slice(0, at)))) throw refused({ code: "damaged" });
  if (last["records"] !== lines.length) throw refused({ code: "damaged" });
  const records = migrated(lines, header.version);
  return checked(records);
}

/** Throws where the beginning is not that of an export which can be read here. */
export function headerOf(text: string): { version: number; encrypted: Line | null } {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  let header: unknown = null;
  try {
    header = first.length > 10_000 ? null : JSON.parse(first);
  } catch {
    // No JSON: some other file.
  }
  if (!isLine(header) || header["format"] !== FORMAT) throw refused({ code: "not_an_export" });
  const { version, encrypted } = header;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) throw refused({ code: "not_an_export" });
  if (version > VERSION) throw refused({ code: "newer", version });
  if (end < 0) throw refused({ code: "truncated" });
  return { version, encrypted: isLine(encrypted) ? encrypted : null };
}

/** All lines behind the first, and where the last one begins. */
function linesOf(text: string): { lines: Line[]; at: number } {
  if (!text.endsWith("\n")) throw refused({ code: "truncated" });
  const lines: Line[] = [];
  let from = text.indexOf("\n") + 1;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const number = lines.length + 2;
    let line: unknown;
    try {
      line = JSON.parse(text.slice(from, end));
    } catch {
      throw refused({ code: "malformed", line: number, why: "it is no JSON" });
    }
    if (!isLine(line)) throw refused({ code: "malformed", line: number, why: "it is no object" });
    const fault = shapeFault(line);
    if (fault !== null) throw refused({ code: "malformed", line: number, why: fault });
    lines.push(line);
    if (end === text.length - 1) return { lines, at: from };
    from = end + 1;
  }
  throw refused({ code: "truncated" });
}

/** What no export has at all: nesting without end, and keys that would reach the prototypes of objects. */
function shapeFault(line: Line): string | null {
  let level: unknown[] = [line];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH) return "it is nested too deeply";
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      if (Object.hasOwn(value, "__proto__")) return "it has a key that no record may have";
      for (const each of Object.values(value)) next.push(each);
    }
    level = next;
  }
  return null;
}

function checked(lines: readonly Line[]): ExportRecord[] {
  const known = new Set<string>();
  const conversations = new Set<string>();
  return lines.map((line, place) => {
    const fail = (why: string): ImportRefused => refused({ code: "malformed", line: place + 2, why });
    const { kind } = line;
    if (!isKind(kind)) throw fail("its kind is unknown");
    const fault = faultOf(kind, line);
    if (fault !== null) throw fail(fault);
    const record = line as unknown as ExportRecord;
    if (!isRight(record)) throw fail("its contents are none that this page makes");
    const name = nameOf(record);
    if (known.has(name)) throw fail("it is there twice");
    known.add(name);
    if (record.kind === "conversation") conversations.add(record.id);
    if ("conversation" in record && !conversations.has(record.conversation)) throw fail("its conversation is not there");
    return record;
  });
}

/** What a schema cannot say. */
function isRight(record: ExportRecord): boolean {
  switch (record.kind) {
    case "turn":
      return record.turn["id"] === record.id;
    case "tool":
      return readTool(record.value)?.name === record.id;
    case "deck":
      return readDeck(record.id, record.value) !== null;
    case "inference":
      return inferenceOf(record) !== null;
    case "note":
      return readNotes(record.text) !== null;
    case "conversation":
    case "draft":
    case "image":
    case "template":
    case "setting":
    case "batch":
      return true;
  }
}

function nameOf(record: ExportRecord): string {
  if (record.kind === "note") return "note";
  if (record.kind === "draft") return `draft ${record.conversation}`;
  return `${record.kind} ${record.id}`;
}

const isLine = (value: unknown): value is Line => typeof value === "object" && value !== null && !Array.isArray(value);

export const refused = (problem: ImportProblem): ImportRefused => new ImportRefused(problem);
