/** The database of the application, as its parts use it. */
import type { Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Rows } from "./rows";
import type { SumLevel, TurnKey } from "./schema";
import type {
  ConversationRecord,
  Draft,
  Found,
  InferencePage,
  InferenceRecord,
  Labels,
  Page,
  Place,
  Saving,
  SearchOptions,
  TurnRecord,
} from "./records";

export interface Conversations {
  get(id: string): Promise<ConversationRecord | null>;
  /** A list, pinned ones first, then newest first; `behind` is the last one that is known. */
  page(place: Place, options: { behind?: ConversationRecord; limit: number }): Promise<Page>;
  /** Which folders and tags there are, in order. */
  labels(): Promise<Labels>;
  /** Those in which an answer is being written, or was when its page ended. */
  running(): Promise<ConversationRecord[]>;
  /** Those that were deleted at that time or before. */
  deleted(before: number): Promise<ConversationRecord[]>;
  /**
   * Writes a conversation with some of its turns, and returns them with their new revisions. Rejects with
   * `Outdated` where another tab has written one of them since it was read: then nothing is stored.
   */
  save(saving: Saving): Promise<Required<Saving>>;
  /**
   * Removes a conversation for good, with its turns, its draft and its blobs. Rejects with `Outdated` where
   * another revision than `revision` lies there; absent: whichever lies there goes.
   */
  purge(id: string, revision?: number): Promise<void>;
  /** Those whose title or turns have all words, the last one as a beginning; the newest turns first. */
  search(query: string, options: SearchOptions): Promise<Found>;
}

export interface Turns {
  /** All turns of a conversation, on every branch, oldest first. */
  of(conversation: string): Promise<TurnRecord[]>;
  /** Those of these keys that are there. */
  some(keys: readonly TurnKey[]): Promise<TurnRecord[]>;
}

export interface Drafts {
  get(conversation: string): Promise<Draft | null>;
  /** All of them, newest first. */
  all(): Promise<Draft[]>;
  /** An empty one (no text, no details) is removed. */
  set(draft: Draft): Promise<void>;
}

/** JSON documents of one kind by id: what they hold is their owner's. `changes` tells of each writing. */
export interface Documents {
  get(id: string): Promise<unknown>;
  all(): Promise<{ id: string; value: unknown }[]>;
  set(id: string, value: unknown): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Bytes that belong to a conversation and go with it. */
export interface Blobs {
  get(id: string): Promise<Blob | null>;
  put(id: string, conversation: string, blob: Blob): Promise<void>;
}

/** A sum that an inference counts in: of which hour or day (where that begins), and of what. */
export interface SumPlace {
  level: SumLevel;
  at: number;
  id: string;
}

/** The history of requests that models answered, newest first. */
export interface Inferences {
  /**
   * Adds one and counts it in sums, all or nothing: `fold` gives a sum with it, from what lies there or null.
   * Resolves with false where it was there already, from another tab for one: then nothing is counted again.
   */
  note(record: InferenceRecord, places: readonly SumPlace[], fold: (before: unknown) => unknown): Promise<boolean>;
  /** The sums of hours or days that begin at `from` or later, newest first. */
  sums(level: SumLevel, from: number): Promise<{ at: number; sum: unknown }[]>;
  /** Keeps the newest ones of all. The sums stay. */
  keepNewest(count: number): Promise<void>;
  /** All or none; one with the time and id of another takes its place. */
  add(records: readonly InferenceRecord[]): Promise<void>;
  /** Of one model or of all; `behind` is the last one that is known, `from` the oldest time that is wanted. */
  page(options: { model?: string; behind?: InferenceRecord; from?: number; limit: number }): Promise<InferencePage>;
  /** Which models have answered, in order. */
  models(): Promise<string[]>;
  /** Removes all, or those that began before a time, with their sums. */
  clear(before?: number): Promise<void>;
}

export interface AppDatabase {
  /** Whether it survives the page. False: the browser keeps nothing, and everything ends with the tab. */
  readonly lasting: boolean;
  /** Whether records lie encrypted: then nothing of theirs may be kept elsewhere as it is. */
  readonly sealed: boolean;
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly drafts: Drafts;
  readonly templates: Documents;
  /** Custom tools. */
  readonly tools: Documents;
  /** By name of the setting; null where it was never set. */
  readonly settings: Documents;
  readonly blobs: Blobs;
  /** Cards to study. */
  readonly decks: Documents;
  /** Many prompts, and what became of them. */
  readonly batches: Documents;
  readonly inferences: Inferences;
  readonly changes: Changes;
  /** Rows as they lie, for what reads or writes many of them at once: exports and imports. */
  readonly raw: { rows: Rows; codec: RecordCodec };
  close(): void;
}
