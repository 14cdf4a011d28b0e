import type { Change, Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Documents } from "./database";
import { compareKeys, exactly, within } from "./keys";
import type { Rows } from "./rows";

type DocumentStore = "templates" | "tools" | "settings" | "decks" | "batches";

const KINDS = {
  templates: "template",
  tools: "tool",
  settings: "setting",
  decks: "deck",
  batches: "batch",
} satisfies Record<DocumentStore, Change["kind"]>;

/** Every text key. */
const ALL = { from: "", to: within().to };

export class StoredDocuments implements Documents {
  constructor(
    private readonly store: DocumentStore,
    private readonly rows: Rows,
    private readonly codec: RecordCodec,
    private readonly changes: Changes,
  ) {}

  async get(id: string): Promise<unknown> {
    const row = await this.rows.get(this.store, await this.codec.key(id));
    return row === undefined ? null : this.codec.decode(row.body);
  }

  async all(): Promise<{ id: string; value: unknown }[]> {
    const rows = await this.rows.list(this.store, { range: ALL });
    const read = rows.map(async ({ id, body }) => ({ id: await this.codec.text(id), value: await this.codec.decode(body) }));
    // Sealed ids lie in an order of their own.
    return (await Promise.all(read)).sort((one, other) => compareKeys(one.id, other.id));
  }

  async set(id: string, value: unknown): Promise<void> {
    const row = { id: await this.codec.key(id), body: await this.codec.encode(value) };
    await this.rows.commit([{ kind: "put", store: this.store, row }]);
    this.changes.tell({ kind: KINDS[this.store], id });
  }

  async remove(id: string): Promise<void> {
    await this.rows.commit([{ kind: "remove", store: this.store, query: { range: exactly(await this.codec.key(id)) } }]);
    this.changes.tell({ kind: KINDS[this.store], id });
  }
}
