import type {
  CompletionBody,
  EngineMessage,
  EngineState,
  Load,
  ModelRecord,
  Priority,
  QueryResult,
} from "../protocol/wire";
import { Connection, type OpeningDraft, type QueryDraft } from "./connection";
import { EngineError } from "./engine-error";
import type { EventStream } from "./event-stream";

export type { ClientOptions, Locks, OpeningDraft, QueryDraft } from "./connection";

/** How a load may go beside its model and device. */
export type LoadWishes = Pick<Load, "behind" | "overrides" | "metered_ok">;

/** A connection to an engine worker, with one method for each of its commands. */
export class EngineClient extends Connection {
  /** Loads a model: progress, then `loaded` or `failure`. */
  load(model: string, device: Load["device"] = "auto", wishes: LoadWishes = {}): EventStream {
    return this.open({ type: "load", model, device, ...wishes }, false);
  }

  /** Answers: `started`, deltas, then `finished` or `failure`. Absent `priority`: that of a chat. */
  complete(body: CompletionBody, priority?: Priority): EventStream {
    const turn = priority === undefined ? {} : { priority };
    return this.open({ type: "complete", body, credit: this.credit, ...turn }, true);
  }

  /** One question, one answer. Rejects with an `EngineError`. */
  async query(draft: QueryDraft): Promise<QueryResult> {
    const reply = await this.ask(draft);
    if (reply.type !== "reply") throw unexpected(reply);
    return reply.result;
  }

  /** Opens a stream: a download, a batch, the engine room's events. */
  stream(draft: OpeningDraft): EventStream {
    return this.open(draft, "credit" in draft);
  }

  /** The catalogue. Rejects with an `EngineError`. */
  async models(): Promise<ModelRecord[]> {
    const reply = await this.ask({ type: "models" });
    if (reply.type !== "models") throw unexpected(reply);
    return reply.models;
  }

  /** The state, asked for now. Rejects with an `EngineError`. */
  async status(): Promise<EngineState> {
    const reply = await this.ask({ type: "status" });
    if (reply.type !== "status") throw unexpected(reply);
    return reply.state;
  }

  /** Gives the model's memory back. Rejects with an `EngineError`. */
  async unload(): Promise<EngineState> {
    const reply = await this.ask({ type: "unload" });
    if (reply.type !== "status") throw unexpected(reply);
    return reply.state;
  }
}

const unexpected = (message: EngineMessage): EngineError =>
  new EngineError({
    code: "internal",
    message: `The engine answered with "${message.type}", which was not asked for.`,
  });
