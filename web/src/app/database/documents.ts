import type { Change, Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Documents } from "./database";
import { exactly, within } from "./keys";
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
    const row = await this.rows.get(this.store, id);
    return row === undefined ? null : this.codec.decode(row.body);
  }

  async all(): Promise<{ id: string; value: unknown }[]> {
    const rows = await this.rows.list(this.store, { range: ALL });
    return Promise.all(rows.map(async ({ id, body }) => ({ id, value: await this.codec.decode(body) })));
  }

  async set(id: string, value: unknown): Promise<void> {
    const body = await this.codec.encode(value);
    await this.rows.commit([{ kind: "put", store: this.store, row: { id, body } }]);
    this.changes.tell({ kind: KINDS[this.store], id });
  }

  async remove(id: string): Promise<void> {
    await this.rows.commit([{ kind: "remove", store: this.store, query: { range: exactly(id) } }]);
    this.changes.tell({ kind: KINDS[this.store], id });
  }
}
