import type { Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Conversations, Turns } from "./database";
import { behind, exactly } from "./keys";
import { labelsOf, placeKey, placesOf, rangeOfPlace } from "./places";
import type { ConversationRecord, Found, Labels, Page, Place, Saving, SearchOptions, TurnHead, TurnRecord } from "./records";
import type { Rows, Write } from "./rows";
import type { ConversationRow, TurnKey, TurnRow } from "./schema";
import { search } from "./search";
import { wordsOf } from "./words";

type ConversationBody = Omit<ConversationRecord, "id" | "revision" | "running" | "deletedAt">;
type TurnBody = Pick<TurnRecord, "turn" | "excerpt">;

export class StoredConversations implements Conversations, Turns {
  constructor(
    private readonly rows: Rows,
    private readonly codec: RecordCodec,
    private readonly changes: Changes,
  ) {}

  async get(id: string): Promise<ConversationRecord | null> {
    const row = await this.rows.get("conversations", id);
    return row === undefined ? null : this.#conversation(row);
  }

  async page(place: Place, options: { behind?: ConversationRecord; limit: number }): Promise<Page> {
    const all = await rangeOfPlace(place, this.codec);
    const last = options.behind;
    const range = last === undefined ? all : behind(await placeKey(place, last, this.codec), all);
    const rows = await this.rows.list("conversations", { index: "places", range, limit: options.limit + 1 });
    const records = await Promise.all(rows.slice(0, options.limit).map((row) => this.#conversation(row)));
    return { records, more: rows.length > options.limit };
  }

  async labels(): Promise<Labels> {
    return labelsOf(await this.rows.heads("conversations", "places"), this.codec);
  }

  async running(): Promise<ConversationRecord[]> {
    const rows = await this.rows.list("conversations", { index: "running", range: exactly(1) });
    return Promise.all(rows.map((row) => this.#conversation(row)));
  }

  async deleted(before: number): Promise<ConversationRecord[]> {
    const range = { from: 0, to: before };
    const rows = await this.rows.list("conversations", { index: "deleted", range });
    return Promise.all(rows.map((row) => this.#conversation(row)));
  }

  async of(conversation: string): Promise<TurnRecord[]> {
    const rows = await this.rows.list("turns", { index: "conversation", range: exactly(conversation) });
    return Promise.all(rows.reverse().map((row) => this.#turn(row)));
  }

  async some(keys: readonly TurnKey[]): Promise<TurnRecord[]> {
    const rows = await this.rows.some("turns", keys);
    return Promise.all(rows.filter((row) => row !== undefined).map((row) => this.#turn(row)));
  }

  async save(saving: Saving): Promise<Required<Saving>> {
    const { conversation, turns, removed = [] } = saving;
    const writes: Write[] = [
      {
        kind: "put",
        store: "conversations",
        row: await conversationRow(conversation, this.codec),
        expected: conversation.revision === 0 ? null : conversation.revision,
      },
      ...(await Promise.all(turns.map((turn) => this.#put(turn)))),
      ...removed.map((turn): Write => ({ kind: "remove", store: "turns", query: { range: exactly(keyOf(turn)) } })),
    ];
    await this.rows.commit(writes);
    const revision = conversation.revision + 1;
    const written = { revision, turns: turns.map(keyOf), removed: removed.map(({ id }) => id) };
    this.changes.tell({ kind: "conversation", id: conversation.id, written });
    return {
      conversation: { ...conversation, revision },
      turns: turns.map((turn) => ({ ...turn, revision: turn.revision + 1 })),
      removed,
    };
  }

  async purge(id: string, revision?: number): Promise<void> {
    const query = { index: "conversation", range: exactly(id) };
    const unchanged: Write[] = revision === undefined ? [] : [emptied(id, revision)];
    await this.rows.commit([
      ...unchanged,
      { kind: "remove", store: "conversations", query: { range: exactly(id) } },
      { kind: "remove", store: "turns", query },
      { kind: "remove", store: "drafts", query: { range: exactly(id) } },
      { kind: "remove", store: "blobs", query },
    ]);
    this.changes.tell({ kind: "conversation", id });
  }

  search(query: string, options: SearchOptions): Promise<Found> {
    const read = (row: ConversationRow): Promise<ConversationRecord> => this.#conversation(row);
    const excerpt = async (row: TurnRow): Promise<string> => (await this.#turn(row)).excerpt;
    return search(query, options, { rows: this.rows, codec: this.codec, read, excerpt });
  }

  async #put(turn: TurnRecord): Promise<Write> {
    const expected = turn.revision === 0 ? null : turn.revision;
    return { kind: "put", store: "turns", row: await turnRow(turn, this.codec), expected };
  }

  async #conversation(row: ConversationRow): Promise<ConversationRecord> {
    const body = (await this.codec.decode(row.body)) as ConversationBody;
    const { id, revision } = row;
    return { ...body, id, revision, running: row.running === 1, deletedAt: row.deleted ?? null };
  }

  async #turn({ age, conversation, id, revision, words, body }: TurnRow): Promise<TurnRecord> {
    const { turn, excerpt } = (await this.codec.decode(body)) as TurnBody;
    const known = await Promise.all(words.map((key) => this.codec.text(key)));
    return { id, conversation, revision, askedAt: -age, words: known, excerpt, turn };
  }
}

/** The row of a record's next writing. */
export async function conversationRow(record: ConversationRecord, codec: RecordCodec): Promise<ConversationRow> {
  const { id, revision, running, deletedAt, ...body } = record;
  return {
    id,
    revision: revision + 1,
    places: await placesOf(record, codec),
    words: deletedAt === null ? await keysOf(wordsOf(titleWords(record)), codec) : [],
    ...(running && deletedAt === null ? { running: 1 } : {}),
    ...(deletedAt === null ? {} : { deleted: deletedAt }),
    body: await codec.encode(body),
  };
}

/** The row of a record's next writing. */
export async function turnRow(record: TurnRecord, codec: RecordCodec): Promise<TurnRow> {
  const { id, conversation, revision, askedAt, words, turn, excerpt } = record;
  const body: TurnBody = { turn, excerpt };
  return {
    age: -askedAt,
    conversation,
    id,
    revision: revision + 1,
    words: await keysOf(words, codec),
    body: await codec.encode(body),
  };
}

const keysOf = (words: readonly string[], codec: RecordCodec): Promise<string[]> =>
  Promise.all(words.map((word) => codec.key(word)));

const titleWords = ({ title, folder, tags }: ConversationRecord): string => [title, folder ?? "", ...tags].join(" ");

const keyOf = ({ askedAt, conversation, id }: TurnHead): TurnKey => [
  -askedAt,
  conversation,
  id,
];

/** Takes the place of a row that nobody may have written since, in the same commit that removes it. */
const emptied = (id: string, expected: number): Write => ({
  kind: "put",
  store: "conversations",
  row: { id, revision: expected + 1, places: [], words: [], body: null },
  expected,
});
