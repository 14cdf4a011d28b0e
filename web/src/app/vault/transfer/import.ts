/**
 * Takes an export over: looks first at what is here, then writes everything in one transaction. What has the same id
 * stays in its newer version; what has no version stays as it is here.
 */
import type { Documents } from "../../../bridge/documents";
import { fromBase64 } from "../../../sealing/sealed-codec";
import type { RecordCodec } from "../../database/codec";
import type { Change } from "../../database/changes";
import type { AppDatabase } from "../../database/database";
import type { ConversationRecord, InferenceRecord, TurnRecord } from "../../database/records";
import { Outdated, type Write } from "../../database/rows";
import { SUM_LEVELS } from "../../database/schema";
import { conversationRow, turnRow } from "../../database/stored-conversations";
import { newRecord, turnRecordOf } from "../../conversations/shape";
import { inferenceOf, recordOf } from "../../metrics/inference";
import { groupId, merged, readSum, startOf, type Sum, sumOf } from "../../metrics/sums";
import type { Turn } from "../../stores/turn";
import {
  type ExportedConversation,
  type ExportedDocument,
  type ExportRecord,
  type ExportedTurn,
  type Section,
  SECTION_OF,
} from "./format";
import { mergedNotes, NOTES } from "./notes";
import { passing } from "./trusted";

export interface Target {
  database: AppDatabase;
  documents: Pick<Documents, "get" | "replace">;
  /** Tells every tab, this one too, what has changed beneath it. */
  tell: (change: Change) => void;
}

/** What became of the records of a section. */
export interface Tally {
  /** Of the file that were not here. */
  added: number;
  /** Of the file that are newer than those here. */
  replaced: number;
  /** Here already, in the same or in a newer version. */
  kept: number;
}

export type Summary = Partial<Record<Section, Tally>>;

export interface Plan {
  summary: Summary;
  writes: readonly Write[];
  changes: readonly Change[];
  notes: string | null;
}

/** As many tabs may write between the look and the writing. */
const TRIES = 5;

/** What taking the records over would do. Nothing is written. */
export async function planImport(records: readonly ExportRecord[], target: Target): Promise<Plan> {
  return new Planning(target).of(records);
}

/** Takes the records over, all of them or none. */
export async function importRecords(records: readonly ExportRecord[], target: Target): Promise<Summary> {
  for (let tries = 1; ; tries += 1) {
    const plan = await planImport(records, target);
    try {
      await target.database.raw.rows.commit(plan.writes);
    } catch (raw) {
      if (raw instanceof Outdated && tries < TRIES) continue;
      throw raw;
    }
    // Before the notes, which lie in a database of their own: should they fail, the rest is here all the same.
    for (const change of plan.changes) target.tell(change);
    if (plan.notes !== null) await takeNotes(plan.notes, target);
    return plan.summary;
  }
}

async function takeNotes(file: string, { documents }: Target): Promise<void> {
  for (;;) {
    const here = await documents.get(NOTES);
    if (await documents.replace(NOTES, here, mergedNotes(here, file).text)) return;
  }
}

const DOCUMENT_STORES = { template: "templates", tool: "tools", setting: "settings", deck: "decks", batch: "batches" } as const;

class Planning {
  readonly #summary: Summary = {};
  readonly #writes: Write[] = [];
  readonly #changes = new Map<string, Change>();
  #notes: string | null = null;
  readonly #codec: RecordCodec;

  constructor(private readonly target: Target) {
    this.#codec = target.database.raw.codec;
  }

  async of(records: readonly ExportRecord[]): Promise<Plan> {
    /** Conversations of which this file has the newer version. */
    const taken = new Set<string>();
    const turns = new Map<string, ReadonlyMap<string, TurnRecord>>();
    const inferences: InferenceRecord[] = [];
    for (const record of records) {
      switch (record.kind) {
        case "conversation":
          if (await this.#conversation(record)) {
            taken.add(record.id);
            turns.set(record.id, await this.#turnsOf(record.id));
          }
          break;
        case "turn":
          if (taken.has(record.conversation)) await this.#turn(record, turns.get(record.conversation));
          break;
        case "draft": {
          const { conversation, changedAt, text, details } = record;
          if (!taken.has(conversation) || (await this.target.database.drafts.get(conversation)) !== null) break;
          const body = await this.#codec.encode({ conversation, changedAt, text, details });
          this.#writes.push({ kind: "put", store: "drafts", row: { conversation, body } });
          this.#change({ kind: "draft", id: conversation });
          break;
        }
        case "image": {
          const { id, conversation, type, data } = record;
          if (!taken.has(conversation) || (await this.target.database.blobs.get(id)) !== null) break;
          const body = await this.#codec.encode(new Blob([fromBase64(data)], { type }));
          this.#writes.push({ kind: "put", store: "blobs", row: { id, conversation, body } });
          break;
        }
        case "inference":
          inferences.push(record);
          break;
        case "note":
          await this.#note(record.text);
          break;
        case "template":
        case "tool":
        case "setting":
        case "deck":
        case "batch":
          await this.#document(record);
      }
    }
    await this.#figures(inferences);
    return { summary: this.#summary, writes: this.#writes, changes: [...this.#changes.values()], notes: this.#notes };
  }

  /** Whether the file's is taken. */
  async #conversation({ kind, ...from }: ExportedConversation): Promise<boolean> {
    const before = await this.target.database.raw.rows.get("conversations", from.id);
    // One that waits to be removed is brought back: whoever imports it wants it.
    const removed = before?.deleted !== undefined;
    const newer = before === undefined || removed || before.revision < from.revision;
    this.#count(kind, before === undefined || removed ? "added" : newer ? "replaced" : "kept");
    if (!newer) return false;
    // The row counts a writing up, and this is none: it is as it was, but for one that other tabs hold as removed.
    const revision = removed ? Math.max(from.revision - 1, before.revision) : from.revision - 1;
    const record: ConversationRecord = { ...newRecord(from.id, 0), ...from, revision };
    const row = await conversationRow(record, this.#codec);
    this.#writes.push({ kind: "put", store: "conversations", row, expected: before?.revision ?? null });
    this.#change({ kind: "conversation", id: from.id });
    return true;
  }

  async #turnsOf(conversation: string): Promise<ReadonlyMap<string, TurnRecord>> {
    const stored = await this.target.database.turns.of(conversation);
    return new Map(stored.map((turn) => [turn.id, turn]));
  }

  async #turn({ conversation, revision, turn }: ExportedTurn, here: ReadonlyMap<string, TurnRecord> | undefined): Promise<void> {
    const record = turnRecordOf(turn as unknown as Turn, conversation, revision - 1);
    const before = here?.get(record.id);
    if (before !== undefined && before.revision >= revision) return;
    const row = await turnRow(record, this.#codec);
    const expected = before === undefined || before.askedAt !== record.askedAt ? null : before.revision;
    this.#writes.push({ kind: "put", store: "turns", row, expected });
  }

  async #document({ kind, id, value }: ExportedDocument): Promise<void> {
    const store = DOCUMENT_STORES[kind];
    const passes = kind === "setting" ? passing(id, value) : value;
    const there = (await this.target.database[store].get(id)) !== null;
    this.#count(kind, there || passes === undefined ? "kept" : "added");
    if (there || passes === undefined) return;
    const row = { id: await this.#codec.key(id), body: await this.#codec.encode(passes) };
    this.#writes.push({ kind: "put", store, row });
    this.#change({ kind, id });
  }

  /** Inferences that are not here, and the sums with them. */
  async #figures(records: readonly InferenceRecord[]): Promise<void> {
    const { rows } = this.target.database.raw;
    const sums = new Map<string, { level: (typeof SUM_LEVELS)[number]; at: number; id: string; sum: Sum }>();
    for (const record of records) {
      const inference = inferenceOf(record);
      const there = (await rows.get("inferences", [-record.at, record.id])) !== undefined;
      this.#count("inference", there || inference === null ? "kept" : "added");
      if (there || inference === null) continue;
      const { id, at, model, details } = recordOf(inference);
      const key = [await this.#codec.key(model), -at, id];
      const body = await this.#codec.encode({ model, details });
      this.#writes.push({ kind: "put", store: "inferences", row: { age: -at, id, revision: 1, model: key, body }, expected: null });
      this.#change({ kind: "inferences", id: model });
      for (const level of SUM_LEVELS) {
        const place = { level, at: startOf(level, at), id: groupId(inference) };
        const name = JSON.stringify(place);
        const before = sums.get(name)?.sum;
        const own = sumOf(inference);
        sums.set(name, { ...place, sum: before === undefined ? own : merged(before, own) });
      }
    }
    for (const { level, at, id, sum } of sums.values()) {
      const key = await this.#codec.key(id);
      const found = await rows.get("sums", [level, -at, key]);
      const before = found === undefined ? null : readSum(await this.#codec.decode(found.body));
      const body = await this.#codec.encode(before === null ? sum : merged(before, sum));
      const revision = found?.revision ?? 0;
      this.#writes.push({ kind: "put", store: "sums", row: { level, age: -at, id: key, revision: revision + 1, body }, expected: found?.revision ?? null });
    }
  }

  async #note(text: string): Promise<void> {
    const { added } = mergedNotes(await this.target.documents.get(NOTES), text);
    this.#count("note", added > 0 ? "added" : "kept", Math.max(1, added));
    if (added > 0) this.#notes = text;
  }

  #change(change: Change): void {
    this.#changes.set(`${change.kind} ${change.id}`, change);
  }

  #count(kind: ExportRecord["kind"], what: keyof Tally, count = 1): void {
    const section = SECTION_OF[kind];
    const tally = (this.#summary[section] ??= { added: 0, replaced: 0, kept: 0 });
    tally[what] += count;
  }
}
