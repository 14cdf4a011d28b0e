/** What the application keeps, as it reads and writes it. */

/** What a record has beyond what lists and search need; its owner knows its shape. */
export type Details = Readonly<Record<string, unknown>>;

export interface ConversationRecord {
  id: string;
  /** 0 before it is stored; each writing counts it up. */
  revision: number;
  /** Empty until it has a question or a person gives it one. */
  title: string;
  /** Whether a person gave the title: it stays, whatever is asked. */
  named: boolean;
  createdAt: number;
  changedAt: number;
  pinned: boolean;
  folder: string | null;
  tags: readonly string[];
  /** The last turn of the branch that is shown. */
  leaf: string | null;
  /** An answer is being written. */
  running: boolean;
  /** When it was deleted, in milliseconds since 1970; null: it is not. It can come back until it is purged. */
  deletedAt: number | null;
  details: Details;
}

/** Which turn it is, and as of which writing. */
export interface TurnHead {
  id: string;
  conversation: string;
  /** 0 before it is stored. */
  revision: number;
  askedAt: number;
}

export interface TurnRecord extends TurnHead {
  /** What the search finds it by; empty while it is being written. */
  words: readonly string[];
  /** Question and answer, as a list shows them where the search has found it. */
  excerpt: string;
  turn: unknown;
}

export interface Draft {
  conversation: string;
  changedAt: number;
  text: string;
  details: Details;
}

/** One request that a model answered, or failed to. */
export interface InferenceRecord {
  id: string;
  /** When it began, in milliseconds since 1970. */
  at: number;
  model: string;
  details: Details;
}

export interface InferencePage {
  records: readonly InferenceRecord[];
  /** Whether there are more behind the last one. */
  more: boolean;
}

/** A list of conversations: all of them, or those in a folder or with a tag. */
export type Place = { kind: "all" } | { kind: "folder"; name: string } | { kind: "tag"; name: string };

export interface Labels {
  folders: readonly string[];
  tags: readonly string[];
}

export interface Page {
  records: readonly ConversationRecord[];
  /** Whether there are more behind the last one. */
  more: boolean;
}

/** A conversation that the search has found. */
export interface Hit {
  conversation: ConversationRecord;
  /** What stands around the first word that was found in a turn; null where only the title has it. */
  excerpt: string | null;
  /** The turn that has it. */
  turn: string | null;
}

export interface Found {
  hits: readonly Hit[];
  /** Whether there may be more than was looked at. */
  more: boolean;
  /** Whether the rest is still being read: these are the first ones. */
  searching: boolean;
}

export interface SearchOptions {
  /** So many are read. */
  limit: number;
  /** Gets the first few as soon as they are there, where that is not all. The others are read once it resolves. */
  onFirst?: (found: Found) => Promise<void>;
  /** Nobody wants it any more: it resolves with what it has. */
  signal?: AbortSignal;
}

/** What one saving stores, all or nothing. */
export interface Saving {
  /** With the revisions that were read. */
  conversation: ConversationRecord;
  turns: readonly TurnRecord[];
  /** Turns that go. */
  removed?: readonly TurnHead[];
}
