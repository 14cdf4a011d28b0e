/**
 * The file of an export: lines of JSON. The first says what it is, the last how many records stand between them and
 * what they hash to. Keys are in order and no moment is written down: equal contents are equal bytes.
 */
import type { InferenceRecord } from "../../database/records";

export const FORMAT = "webllm-provider-export";
export const VERSION = 2;

export const SECTIONS = [
  "conversations",
  "templates",
  "tools",
  "settings",
  "decks",
  "batches",
  "figures",
  "notes",
] as const;
export type Section = (typeof SECTIONS)[number];

export interface ExportedConversation {
  kind: "conversation";
  id: string;
  revision: number;
  title: string;
  named: boolean;
  createdAt: number;
  changedAt: number;
  pinned: boolean;
  folder: string | null;
  tags: readonly string[];
  leaf: string | null;
  details: Readonly<Record<string, unknown>>;
}

export interface ExportedTurn {
  kind: "turn";
  conversation: string;
  id: string;
  revision: number;
  turn: Readonly<Record<string, unknown>>;
}

export interface ExportedDraft {
  kind: "draft";
  conversation: string;
  changedAt: number;
  text: string;
  details: Readonly<Record<string, unknown>>;
}

export interface ExportedImage {
  kind: "image";
  conversation: string;
  id: string;
  type: string;
  /** Base64. */
  data: string;
}

/** What has an id, and a value that is its owner's. */
export interface ExportedDocument {
  kind: "template" | "tool" | "setting" | "deck" | "batch";
  id: string;
  value: unknown;
}

export type ExportedInference = { kind: "inference" } & InferenceRecord;

export interface ExportedNote {
  kind: "note";
  text: string;
}

export type ExportRecord =
  | ExportedConversation
  | ExportedTurn
  | ExportedDraft
  | ExportedImage
  | ExportedDocument
  | ExportedInference
  | ExportedNote;

export type RecordKind = ExportRecord["kind"];

export const SECTION_OF: Readonly<Record<RecordKind, Section>> = {
  conversation: "conversations",
  turn: "conversations",
  draft: "conversations",
  image: "conversations",
  template: "templates",
  tool: "tools",
  setting: "settings",
  deck: "decks",
  batch: "batches",
  inference: "figures",
  note: "notes",
};

/** In bytes: below the longest string of a browser, with room to work. */
export const LARGEST = 500 * 2 ** 20;

/** There is more than one file may hold: it would be refused where it is read. */
export class ExportTooLarge extends Error {
  override readonly name = "ExportTooLarge";

  constructor() {
    super("There is more than one file may hold: export it by sections.");
  }
}

/** Why a file is refused; nothing of it was taken over. */
export type ImportProblem =
  | { code: "not_an_export" | "truncated" | "damaged" | "passphrase_needed" | "wrong_passphrase" }
  | { code: "newer"; version: number }
  | { code: "too_large"; megabytes: number }
  | { code: "malformed"; line: number; why: string };

export class ImportRefused extends Error {
  override readonly name = "ImportRefused";

  constructor(readonly problem: ImportProblem) {
    super(`The file is refused: ${problem.code}${"why" in problem ? ` (line ${String(problem.line)}: ${problem.why})` : ""}.`);
  }
}

/** JSON with the keys of every object in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    const from = each as Record<string, unknown>;
    return Object.fromEntries(Object.keys(from).sort().map((key) => [key, from[key]]));
  });
}

export async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
