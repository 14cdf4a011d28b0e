import type { Changes } from "./changes";
import type { RecordCodec } from "./codec";
import type { Inferences, SumPlace } from "./database";
import type { Key, KeyRange } from "./keys";
import type { InferencePage, InferenceRecord } from "./records";
import { Outdated, type Rows, type Write } from "./rows";
import { type InferenceRow, SUM_LEVELS, type SumLevel } from "./schema";

/** Every key of the store. */
const ALL: KeyRange = { from: [], to: [[]] };

/** As many tabs may count at the same moment. */
const TRIES = 20;

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

  async note(record: InferenceRecord, places: readonly SumPlace[], fold: (before: unknown) => unknown): Promise<boolean> {
    const row = await this.#row(record);
    for (let tries = 1; ; tries += 1) {
      if ((await this.rows.get("inferences", [row.age, row.id])) !== undefined) return false;
      const sums = await Promise.all(places.map((place) => this.#folded(place, fold)));
      try {
        await this.rows.commit([{ kind: "put", store: "inferences", row, expected: null }, ...sums]);
        break;
      } catch (raw) {
        // Another tab has counted in between: the same one, or another one in the same sum.
        if (!(raw instanceof Outdated) || tries === TRIES) throw raw;
      }
    }
    this.changes.tell({ kind: "inferences", id: record.model });
    return true;
  }

  async sums(level: SumLevel, from: number): Promise<{ at: number; sum: unknown }[]> {
    const range: KeyRange = { from: [level], to: [level, -from, []] };
    const rows = await this.rows.list("sums", { range });
    return Promise.all(rows.map(async ({ age, body }) => ({ at: 0 - age, sum: await this.codec.decode(body) })));
  }

  async keepNewest(count: number): Promise<void> {
    const keys = await this.rows.keys("inferences", { range: ALL, limit: count + 1 });
    const from = keys[count];
    if (from === undefined) return;
    await this.rows.commit([{ kind: "remove", store: "inferences", query: { range: { from, to: ALL.to } } }]);
    this.changes.tell({ kind: "inferences", id: "" });
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
    const old = before === undefined ? [] : [-before, []];
    await this.rows.commit([
      { kind: "remove", store: "inferences", query: { range: { from: old, to: ALL.to } } },
      ...SUM_LEVELS.map((level): Write => {
        const range: KeyRange = { from: [level, ...old], to: [level, []] };
        return { kind: "remove", store: "sums", query: { range } };
      }),
    ]);
    this.changes.tell({ kind: "inferences", id: "" });
  }

  /** The writing of a sum with one inference more. */
  async #folded({ level, at, id }: SumPlace, fold: (before: unknown) => unknown): Promise<Write> {
    const key = await this.codec.key(id);
    const found = await this.rows.get("sums", [level, -at, key]);
    const before = found === undefined ? null : await this.codec.decode(found.body);
    const revision = found?.revision ?? null;
    const body = await this.codec.encode(fold(before));
    const row = { level, age: -at, id: key, revision: (revision ?? 0) + 1, body };
    return { kind: "put", store: "sums", row, expected: revision };
  }

  async #row({ id, at, model, details }: InferenceRecord): Promise<InferenceRow> {
    const body: InferenceBody = { model, details };
    const key: Key[] = [await this.codec.key(model), -at, id];
    return { age: -at, id, revision: 1, model: key, body: await this.codec.encode(body) };
  }

  async #record({ age, id, body }: InferenceRow): Promise<InferenceRecord> {
    return { ...((await this.codec.decode(body)) as InferenceBody), id, at: -age };
  }
}
