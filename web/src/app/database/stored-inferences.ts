import type { Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Inferences } from "./database";
import type { Key, KeyRange } from "./keys";
import type { InferencePage, InferenceRecord } from "./records";
import type { Rows, Write } from "./rows";
import type { InferenceRow } from "./schema";

type InferenceBody = Pick<InferenceRecord, "model" | "details">;

export class StoredInferences implements Inferences {
  constructor(
    private readonly rows: Rows,
    private readonly codec: RecordCodec,
    private readonly changes: Changes,
  ) {}

  async add(records: readonly InferenceRecord[]): Promise<void> {
    const rows = await Promise.all(records.map((record) => this.#row(record)));
    await this.rows.commit(rows.map((row): Write => ({ kind: "put", store: "inferences", row })));
    for (const model of new Set(records.map((record) => record.model))) this.changes.tell({ kind: "inferences", id: model });
  }

  async page(options: { model?: string; behind?: InferenceRecord; from?: number; limit: number }): Promise<InferencePage> {
    const { model, behind, from, limit } = options;
    const head = model === undefined ? [] : [await this.codec.key(model)];
    const range: KeyRange = {
      // A text behind an id is behind it, and before every other id.
      from: behind === undefined ? head : [...head, -behind.at, behind.id, ""],
      to: from === undefined ? [...head, []] : [...head, -from, []],
    };
    const index = model === undefined ? {} : { index: "model" };
    const rows = await this.rows.list("inferences", { ...index, range, limit: limit + 1 });
    const records = await Promise.all(rows.slice(0, limit).map((row) => this.#record(row)));
    return { records, more: rows.length > limit };
  }

  async models(): Promise<string[]> {
    const heads = await this.rows.heads("inferences", "model");
    const models = await Promise.all(heads.map((head) => this.codec.text(String(head))));
    return models.sort();
  }

  async clear(before?: number): Promise<void> {
    const range: KeyRange = { from: before === undefined ? [] : [-before, []], to: [[]] };
    await this.rows.commit([{ kind: "remove", store: "inferences", query: { range } }]);
    this.changes.tell({ kind: "inferences", id: "" });
  }

  async #row({ id, at, model, details }: InferenceRecord): Promise<InferenceRow> {
    const body: InferenceBody = { model, details };
    const key: Key[] = [await this.codec.key(model), -at, id];
    return { age: -at, id, model: key, body: await this.codec.encode(body) };
  }

  async #record({ age, id, body }: InferenceRow): Promise<InferenceRecord> {
    return { ...((await this.codec.decode(body)) as InferenceBody), id, at: -age };
  }
}
