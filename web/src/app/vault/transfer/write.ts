/** Writes what a profile holds into an export. */
import type { Documents } from "../../../bridge/documents";
import { base64Of } from "../../../sealing/sealed-codec";
import type { AppDatabase } from "../../database/database";
import type { ConversationRecord } from "../../database/records";
import { inferenceOf, recordOf } from "../../metrics/inference";
import { isOver, type Turn } from "../../stores/turn";
import {
  canonical,
  digestOf,
  type ExportRecord,
  ExportTooLarge,
  FORMAT,
  LARGEST,
  type Section,
  SECTIONS,
  VERSION,
} from "./format";
import { NOTES } from "./notes";
import { passing } from "./trusted";

export interface Source {
  database: AppDatabase;
  /** What Python keeps. */
  documents: Pick<Documents, "get">;
}

/** Of one reading from the list of conversations, or from the history of inferences. */
const PAGE = 200;

/** What stands around the records: the last line, and what encrypting adds. */
const AROUND = 4096;

/** Rejects with `ExportTooLarge` where the file would hold more than `largest` bytes. */
export async function exportOf(source: Source, wanted: readonly Section[], largest = LARGEST): Promise<string> {
  const sections = SECTIONS.filter((section) => wanted.includes(section));
  const lines = [canonical({ format: FORMAT, version: VERSION, sections })];
  const utf8 = new TextEncoder();
  let room = largest - AROUND;
  for (const section of sections) {
    for await (const record of WRITERS[section](source)) {
      const line = canonical(record);
      room -= utf8.encode(line).length + 1;
      if (room < 0) throw new ExportTooLarge();
      lines.push(line);
    }
  }
  const text = `${lines.join("\n")}\n`;
  return `${text}${canonical({ kind: "end", records: lines.length - 1, sha256: await digestOf(text) })}\n`;
}

type Writer = (source: Source) => AsyncGenerator<ExportRecord>;

const WRITERS: Readonly<Record<Section, Writer>> = {
  conversations,
  templates: ({ database }) => documentsOf("template", database.templates),
  tools: ({ database }) => documentsOf("tool", database.tools),
  decks: ({ database }) => documentsOf("deck", database.decks),
  batches: ({ database }) => documentsOf("batch", database.batches),
  settings,
  figures,
  notes,
};

async function* conversations({ database }: Source): AsyncGenerator<ExportRecord> {
  const records = await all(database);
  const drafts = new Map((await database.drafts.all()).map((draft) => [draft.conversation, draft]));
  for (const record of records) {
    const { id, revision, title, named, createdAt, changedAt, pinned, folder, tags, leaf, details } = record;
    yield { kind: "conversation", id, revision, title, named, createdAt, changedAt, pinned, folder, tags, leaf, details };
    const turns = await database.turns.of(id);
    turns.sort((one, other) => one.askedAt - other.askedAt || (one.id < other.id ? -1 : 1));
    for (const turn of turns) {
      const ended = over(turn.turn as Turn);
      yield { kind: "turn", conversation: id, id: turn.id, revision: turn.revision, turn: { ...ended } };
      yield* images(database, id, ended);
    }
    const draft = drafts.get(id);
    if (draft !== undefined) {
      yield { kind: "draft", conversation: id, changedAt: draft.changedAt, text: draft.text, details: draft.details };
    }
  }
}

/** An answer that is being written here is one that was stopped elsewhere: a file starts nothing. */
function over(turn: Turn): Turn {
  const rest = { ...turn };
  delete rest.resumes;
  if (isOver(turn)) return rest;
  return { ...rest, state: { kind: "stopped" }, endedAt: turn.endedAt ?? turn.askedAt };
}

async function* images(database: AppDatabase, conversation: string, turn: Turn): AsyncGenerator<ExportRecord> {
  for (const file of turn.attachments) {
    if (file.kind !== "image") continue;
    const id = `${turn.id}/${file.id}`;
    const blob = await database.blobs.get(id);
    if (blob === null) continue;
    const data = base64Of(new Uint8Array(await blob.arrayBuffer()));
    yield { kind: "image", conversation, id, type: blob.type, data };
  }
}

async function all({ conversations }: AppDatabase): Promise<ConversationRecord[]> {
  const records: ConversationRecord[] = [];
  for (;;) {
    const last = records.at(-1);
    const page = await conversations.page({ kind: "all" }, { limit: PAGE, ...(last === undefined ? {} : { behind: last }) });
    records.push(...page.records);
    if (!page.more) return records.sort(byId);
  }
}

async function* documentsOf(kind: "template" | "tool" | "deck" | "batch", store: AppDatabase["decks"]): AsyncGenerator<ExportRecord> {
  for (const { id, value } of (await store.all()).sort(byId)) yield { kind, id, value };
}

async function* settings({ database }: Source): AsyncGenerator<ExportRecord> {
  for (const { id, value } of (await database.settings.all()).sort(byId)) {
    const passes = passing(id, value);
    if (passes !== undefined) yield { kind: "setting", id, value: passes };
  }
}

async function* figures({ database }: Source): AsyncGenerator<ExportRecord> {
  let behind = undefined;
  for (;;) {
    const page = await database.inferences.page({ limit: PAGE, ...(behind === undefined ? {} : { behind }) });
    for (const record of page.records) {
      const inference = inferenceOf(record);
      if (inference !== null) yield { kind: "inference", ...recordOf(inference) };
    }
    behind = page.records.at(-1);
    if (!page.more || behind === undefined) return;
  }
}

async function* notes({ documents }: Source): AsyncGenerator<ExportRecord> {
  const text = await documents.get(NOTES);
  if (text !== null) yield { kind: "note", text };
}

const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);
