/** The engine room as the page uses it: one typed call for each of its commands. */
import type { OpeningDraft, QueryDraft } from "../bridge/client";
import { EngineError } from "../bridge/engine-error";
import type { EventStream } from "../bridge/event-stream";
import type {
  CustomModel,
  LadderStatus,
  ModelRecord,
  QueryResult,
  StoredModels,
  Task,
  Verdict,
} from "../protocol/wire";
import type { DeviceWish } from "./engine-supervisor";
import { keepStorage } from "./persist";

/** What steers models and the engine. Every call rejects with an `EngineError`; streams end in a `failure`. */
export interface EngineRoom {
  /** Would this model run here? Nothing is downloaded. */
  assess(model: string): Promise<Verdict>;
  /** What suits a task on this device, best first. */
  recommend(task: Task): Promise<Verdict[]>;
  stored(): Promise<StoredModels>;
  /** Null deletes the files of all models. */
  deleteStored(model: string | null): Promise<void>;
  /** Download without loading: progress, then `fetched`. Cancelling pauses. */
  fetch(model: string, meteredOk: boolean): EventStream;
  /** Pack a stored model into a file: progress, then `exported` with a blob: URL. */
  exportModel(model: string): EventStream;
  /** Store a model from a file: progress, then `fetched`. */
  importModel(url: string): EventStream;
  addModel(model: CustomModel): Promise<ModelRecord>;
  removeModel(model: string): Promise<void>;
  ladder(): Promise<LadderStatus>;
  /** `models` null lets the device decide, an empty list stops the ladder. */
  setLadder(models: string[] | null, pinned: string | null): Promise<LadderStatus>;
  /** A report without the text of any message. */
  diagnose(): Promise<Record<string, unknown>>;
  /** Throw the engine's worker and GPU device away and load the model again. */
  reset(): Promise<void>;
  /** The engine room's events, until cancelled. */
  observe(): EventStream;
}

/** What carries the commands; the connection of the engine's supervisor is one. */
export interface RoomConnection {
  query(draft: QueryDraft): Promise<QueryResult>;
  stream(draft: OpeningDraft): EventStream;
}

const OBSERVE_CREDIT = 64;

/** The engine room behind the wire. */
export class WireEngineRoom implements EngineRoom {
  constructor(
    private readonly connection: RoomConnection,
    private readonly device: DeviceWish,
  ) {}

  assess(model: string): Promise<Verdict> {
    return this.ask({ type: "assess", model, device: this.device }, "verdict");
  }

  async recommend(task: Task): Promise<Verdict[]> {
    const { choices } = await this.ask({ type: "recommend", task, budget_mb: null }, "recommendation");
    return choices;
  }

  stored(): Promise<StoredModels> {
    return this.ask({ type: "stored" }, "stored_models");
  }

  async deleteStored(model: string | null): Promise<void> {
    // Answered by what is left, or by a bare `done`: either way it is done.
    await this.connection.query({ type: "delete_stored", model });
  }

  fetch(model: string, meteredOk: boolean): EventStream {
    keepStorage();
    const agreed = meteredOk ? { metered_ok: true } : {};
    return this.connection.stream({ type: "fetch", model, device: this.device, ...agreed });
  }

  exportModel(model: string): EventStream {
    return this.connection.stream({ type: "export", model });
  }

  importModel(url: string): EventStream {
    keepStorage();
    return this.connection.stream({ type: "import", url });
  }

  async addModel(model: CustomModel): Promise<ModelRecord> {
    return (await this.ask({ type: "add_model", model }, "model_added")).record;
  }

  async removeModel(model: string): Promise<void> {
    await this.ask({ type: "remove_model", model }, "done");
  }

  ladder(): Promise<LadderStatus> {
    return this.ask({ type: "ladder" }, "ladder_status");
  }

  setLadder(models: string[] | null, pinned: string | null): Promise<LadderStatus> {
    return this.ask({ type: "set_ladder", models, pinned }, "ladder_status");
  }

  async diagnose(): Promise<Record<string, unknown>> {
    return (await this.ask({ type: "diagnose" }, "diagnostics")).report;
  }

  async reset(): Promise<void> {
    await this.ask({ type: "reset" }, "done");
  }

  observe(): EventStream {
    return this.connection.stream({ type: "observe", credit: OBSERVE_CREDIT });
  }

  private async ask<K extends QueryResult["type"]>(
    draft: QueryDraft,
    expected: K,
  ): Promise<Extract<QueryResult, { type: K }>> {
    const result = await this.connection.query(draft);
    if (!isOfType(result, expected)) {
      throw new EngineError({
        code: "internal",
        message: `The engine answered "${draft.type}" with "${result.type}".`,
      });
    }
    return result;
  }
}

function isOfType<K extends QueryResult["type"]>(
  result: QueryResult,
  type: K,
): result is Extract<QueryResult, { type: K }> {
  return result.type === type;
}
