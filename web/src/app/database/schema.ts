/** How rows lie in the database. What a person wrote is in `body` and in index keys, both made by the codec. */
import type { Key } from "./keys";

export interface ConversationRow {
  id: string;
  /** Counts its writings: who writes says which one was read. */
  revision: number;
  /**
   * `[label, 0 if pinned else 1, -changedAt, id]`, once for each list that it stands in: "" is the list of all.
   * None for a deleted one.
   */
  places: Key[];
  /** Words of the title. */
  words: string[];
  /** Present while an answer is being written: 1. */
  running?: number;
  /** Present once it is deleted and may still come back: when that was, in milliseconds since 1970. */
  deleted?: number;
  body: unknown;
}

export interface TurnRow {
  /** -askedAt: equal words stand newest first in their index, as the primary key orders them. */
  age: number;
  conversation: string;
  id: string;
  revision: number;
  words: string[];
  body: unknown;
}

/** `[age, conversation, id]`: the primary key of a turn. */
export type TurnKey = readonly [number, string, string];

export interface DraftRow {
  conversation: string;
  body: unknown;
}

/** A document of its own: a template, a custom tool, a setting, a study deck, a batch. */
export interface DocumentRow {
  id: string;
  body: unknown;
}

export interface BlobRow {
  id: string;
  conversation: string;
  body: unknown;
}

export interface InferenceRow {
  /** -at: the newest come first. */
  age: number;
  id: string;
  /** 1: so that the same one is not counted twice. */
  revision: number;
  /** `[key of the model, age, id]`: those of one model, newest first. */
  model: Key[];
  body: unknown;
}

/** What inferences of one hour or one day come to. */
export interface SumRow {
  level: SumLevel;
  /** -start: the newest come first. */
  age: number;
  /** Key of what is counted apart: of a model, for one. */
  id: string;
  revision: number;
  body: unknown;
}

export const SUM_LEVELS = ["hour", "day"] as const;
export type SumLevel = (typeof SUM_LEVELS)[number];

export interface Schema {
  conversations: ConversationRow;
  turns: TurnRow;
  drafts: DraftRow;
  templates: DocumentRow;
  tools: DocumentRow;
  settings: DocumentRow;
  blobs: BlobRow;
  decks: DocumentRow;
  batches: DocumentRow;
  inferences: InferenceRow;
  sums: SumRow;
}

export type StoreName = keyof Schema;

export interface StoreShape {
  key: string | readonly string[];
  /** By name, which is also the property: whether each item of it is a key. */
  indexes: Readonly<Record<string, { each: boolean }>>;
}

/** The stores of the newest version. */
export const SHAPES: Readonly<Record<StoreName, StoreShape>> = {
  conversations: {
    key: "id",
    indexes: {
      places: { each: true },
      words: { each: true },
      running: { each: false },
      deleted: { each: false },
    },
  },
  turns: {
    key: ["age", "conversation", "id"],
    indexes: { conversation: { each: false }, words: { each: true } },
  },
  drafts: { key: "conversation", indexes: {} },
  templates: { key: "id", indexes: {} },
  tools: { key: "id", indexes: {} },
  settings: { key: "id", indexes: {} },
  blobs: { key: "id", indexes: { conversation: { each: false } } },
  decks: { key: "id", indexes: {} },
  batches: { key: "id", indexes: {} },
  inferences: { key: ["age", "id"], indexes: { model: { each: false } } },
  sums: { key: ["level", "age", "id"], indexes: {} },
};
