/** The list of all conversations: pieces of it as far as somebody looks, and what is done to one. */
import { signal, type Signal } from "@preact/signals";
import type { AppDatabase } from "../database/database";
import type { ConversationRecord, Labels, Place } from "../database/records";
import { Outdated } from "../database/rows";
import { ConversationSearch, type SearchState } from "./search";
import { newRecord, sameRecord } from "./shape";

export interface ListState extends SearchState {
  place: Signal<Place>;
  /** Null until the first piece is there. */
  records: Signal<readonly ConversationRecord[] | null>;
  more: Signal<boolean>;
  labels: Signal<Labels>;
  /** What was deleted last and can come back. */
  removed: Signal<ConversationRecord | null>;
}

export interface ListOptions {
  database: AppDatabase;
  now: () => number;
  /** A conversation is being deleted: nobody goes on with it. */
  onRemove: (id: string) => void;
  /** It has come back. */
  onBack: (id: string) => void;
  onTrouble: (raw: unknown) => void;
}

/** As many as most windows show. What is further down is drawn behind it, whatever is stored. */
const FIRST_PIECE = 12;
const PIECE = 40;
const NONE: Labels = { folders: [], tags: [] };
/** A deleted conversation whose page has ended comes back for nobody. */
const KEPT_DELETED_MS = 10 * 60_000;

export class ConversationList {
  readonly state: ListState;
  readonly #search: ConversationSearch;
  /** Counts what is read, so that what comes late is not shown. */
  #asked = 0;
  /** Pieces and changes take turns: what was read before a change must not be shown behind it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ListOptions) {
    this.#search = new ConversationSearch(options.database.conversations, options.onTrouble);
    this.state = {
      place: signal<Place>({ kind: "all" }),
      records: signal<readonly ConversationRecord[] | null>(null),
      more: signal(false),
      labels: signal(NONE),
      removed: signal<ConversationRecord | null>(null),
      ...this.#search.state,
    };
    options.database.changes.listen((change) => {
      if (change.kind === "conversation") this.#try(this.#changed(change.id));
    });
  }

  /** Read the first piece, and purge what was deleted for good. */
  async start(): Promise<void> {
    const { conversations } = this.options.database;
    await Promise.all([this.#read(), this.#readLabels()]);
    for (const { id } of await conversations.deleted(this.options.now() - KEPT_DELETED_MS)) {
      await conversations.purge(id);
    }
  }

  choose(place: Place): void {
    this.state.place.value = place;
    this.#try(this.#read());
  }

  /** Read the next piece. */
  grow(): Promise<void> {
    const { more, place, records } = this.state;
    const length = records.peek()?.length;
    return this.#inTurn(async () => {
      const behind = records.peek()?.at(-1);
      // One piece for all who ask at the same end.
      if (!more.peek() || behind === undefined || records.peek()?.length !== length) return;
      more.value = false;
      const asked = this.#asked;
      const page = await this.options.database.conversations.page(place.peek(), { behind, limit: PIECE });
      if (asked !== this.#asked) return;
      const known = new Set(records.peek()?.map(({ id }) => id));
      records.value = [...(records.peek() ?? []), ...page.records.filter(({ id }) => !known.has(id))];
      more.value = page.more;
    });
  }

  search(query: string): void {
    this.#search.type(query);
  }

  rename(id: string, title: string): void {
    const name = title.replaceAll(/\s+/gu, " ").trim();
    if (name !== "") this.#change(id, (record) => ({ ...record, title: name, named: true }));
  }

  pin(id: string, pinned: boolean): void {
    this.#change(id, (record) => ({ ...record, pinned }));
  }

  /** Put it into a folder; an empty name takes it out of one. */
  file(id: string, folder: string): void {
    const name = folder.trim();
    this.#change(id, (record) => ({ ...record, folder: name === "" ? null : name }));
  }

  tag(id: string, tags: readonly string[]): void {
    const names = [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ""))];
    this.#change(id, (record) => ({ ...record, tags: names }));
  }

  /** Delete it; it can come back with `undo` until the next one is deleted, or `accept`. */
  async remove(id: string): Promise<void> {
    this.accept();
    this.options.onRemove(id);
    const deletedAt = this.options.now();
    const record = await this.write(id, (before) => ({ ...before, deletedAt, running: false }));
    this.state.removed.value = record;
  }

  async undo(): Promise<void> {
    const record = this.state.removed.peek();
    if (record === null) return;
    this.state.removed.value = null;
    await this.write(record.id, (before) => ({ ...before, deletedAt: null }));
    this.options.onBack(record.id);
  }

  /** The deletion stands. */
  accept(): void {
    const record = this.state.removed.peek();
    if (record === null) return;
    this.state.removed.value = null;
    this.#try(this.options.database.conversations.purge(record.id));
  }

  #change(id: string, change: (record: ConversationRecord) => ConversationRecord): void {
    this.#try(this.write(id, change));
  }

  /** Change one, as it is stored now: what another tab has changed meanwhile stays. */
  async write(
    id: string,
    change: (record: ConversationRecord) => ConversationRecord,
  ): Promise<ConversationRecord> {
    const { conversations } = this.options.database;
    for (;;) {
      const before = (await conversations.get(id)) ?? newRecord(id, this.options.now());
      const conversation = change(before);
      if (sameRecord(before, conversation)) return before;
      try {
        return (await conversations.save({ conversation, turns: [] })).conversation;
      } catch (raw) {
        if (!(raw instanceof Outdated)) throw raw;
      }
    }
  }

  #read(): Promise<void> {
    const asked = (this.#asked += 1);
    return this.#inTurn(async () => {
      if (asked !== this.#asked) return;
      const page = await this.options.database.conversations.page(this.state.place.peek(), { limit: FIRST_PIECE });
      if (asked !== this.#asked) return;
      this.state.records.value = page.records;
      this.state.more.value = page.more;
    });
  }

  async #readLabels(): Promise<void> {
    const labels = await this.options.database.conversations.labels();
    if (JSON.stringify(labels) === JSON.stringify(this.state.labels.peek())) return;
    this.state.labels.value = labels;
    const place = this.state.place.peek();
    if (!isThere(place, labels)) this.choose({ kind: "all" });
  }

  /** One conversation was written, here or elsewhere: it goes to its place. */
  async #changed(id: string): Promise<void> {
    await this.#inTurn(() => this.#place(id));
    this.#search.again();
  }

  async #place(id: string): Promise<void> {
    const record = await this.options.database.conversations.get(id);
    const { more, place, records } = this.state;
    const before = records.peek()?.find((known) => known.id === id);
    if (labelsOf(record) !== labelsOf(before)) await this.#readLabels();
    const all = records.peek();
    // The first piece, yet to be read, has it as it is now.
    if (all === null) return;
    const others = all.filter((known) => known.id !== id);
    const stands = record !== null && record.deletedAt === null && isIn(record, place.peek());
    const at = stands ? placeIn(others, record) : 0;
    // Behind what is read so far it comes with a later piece.
    const shown = stands && (at < others.length || !more.peek());
    records.value = shown ? others.toSpliced(at, 0, record) : others;
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #try(acting: Promise<unknown>): void {
    acting.catch(this.options.onTrouble);
  }
}

const isThere = (place: Place, { folders, tags }: Labels): boolean =>
  place.kind === "all" || (place.kind === "folder" ? folders : tags).includes(place.name);

function isIn({ folder, tags }: ConversationRecord, place: Place): boolean {
  switch (place.kind) {
    case "all":
      return true;
    case "folder":
      return folder === place.name;
    case "tag":
      return tags.includes(place.name);
  }
}

function labelsOf(record: ConversationRecord | null | undefined): string {
  if (record?.deletedAt !== null) return "";
  return JSON.stringify([record.folder, record.tags]);
}

/** As the database orders them: pinned ones first, then the newest. */
function placeIn(records: readonly ConversationRecord[], record: ConversationRecord): number {
  const at = records.findIndex((other) => isBefore(record, other));
  return at < 0 ? records.length : at;
}

function isBefore(one: ConversationRecord, other: ConversationRecord): boolean {
  if (one.pinned !== other.pinned) return one.pinned;
  if (one.changedAt !== other.changedAt) return one.changedAt > other.changedAt;
  return one.id < other.id;
}
