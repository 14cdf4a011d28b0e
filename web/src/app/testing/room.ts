/** An engine room that a test speaks for: it answers what it was given, and its streams wait for their events. */
import { EngineError } from "../../bridge/engine-error";
import { BufferedStream, type EventStream } from "../../bridge/event-stream";
import type { EngineRoom } from "../../page/engine-room";
import type {
  CustomModel,
  LadderStatus,
  ModelRecord,
  StoredModels,
  StreamEvent,
  Verdict,
  WireError,
} from "../../protocol/wire";
import { Models, type ModelsOptions } from "../models/models";
import type { AppState } from "../state";
import { record } from "./messages";

/** A stream whose events a test sends. */
export class ScriptedStream implements EventStream {
  cancelled = false;
  readonly #stream = new BufferedStream({
    consumed: () => undefined,
    cancelled: () => {
      this.cancelled = true;
    },
  });

  next(): Promise<StreamEvent[] | null> {
    return this.#stream.next();
  }

  cancel(): void {
    this.#stream.cancel();
  }

  /** Sends an event and lets its reader run. */
  async send(...events: StreamEvent[]): Promise<void> {
    this.#stream.deliver(events);
    await settled();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export const NO_STORE: StoredModels = {
  type: "stored_models",
  models: [],
  used_bytes: 52_000_000,
  quota_bytes: 6_000_000_000,
  persisted: false,
};

export function verdict(model: string, changes: Partial<Verdict> = {}): Verdict {
  return {
    type: "verdict",
    model,
    fits: true,
    device: "webgpu",
    reason: null,
    warnings: [],
    suggestion: null,
    download_bytes: null,
    memory_mb: null,
    stored: "none",
    ...changes,
  };
}

export class ScriptedRoom implements EngineRoom {
  /** What was asked for, in order. */
  readonly asked: [command: string, ...facts: unknown[]][] = [];
  readonly streams: ScriptedStream[] = [];
  verdicts = new Map<string, Verdict>();
  choices: Verdict[] = [];
  store = NO_STORE;
  ladderStatus: LadderStatus = {
    type: "ladder_status",
    running: true,
    pinned: null,
    active: null,
    rungs: [],
  };
  /** Refuses every query with this, once. */
  refusal: WireError | null = null;

  /** The stream that was opened last. */
  get stream(): ScriptedStream {
    const last = this.streams.at(-1);
    if (last === undefined) throw new Error("No stream was opened.");
    return last;
  }

  assess(model: string): Promise<Verdict> {
    return this.#answer(["assess", model], this.verdicts.get(model) ?? verdict(model));
  }

  recommend(task: string): Promise<Verdict[]> {
    return this.#answer(["recommend", task], this.choices);
  }

  stored(): Promise<StoredModels> {
    // Asked for at every turn: no test is about how often.
    return Promise.resolve(this.store);
  }

  deleteStored(model: string | null): Promise<void> {
    const models = model === null ? [] : this.store.models.filter((stored) => stored.model !== model);
    this.store = { ...this.store, models };
    return this.#answer(["delete_stored", model], undefined);
  }

  fetch(model: string, meteredOk: boolean): EventStream {
    return this.#open(["fetch", model, meteredOk]);
  }

  exportModel(model: string): EventStream {
    return this.#open(["export", model]);
  }

  importModel(url: string): EventStream {
    return this.#open(["import", url]);
  }

  addModel(model: CustomModel): Promise<ModelRecord> {
    const added = record(model.id, { name: model.name ?? model.id, custom: true });
    return this.#answer(["add_model", model], added);
  }

  removeModel(model: string): Promise<void> {
    return this.#answer(["remove_model", model], undefined);
  }

  ladder(): Promise<LadderStatus> {
    return Promise.resolve(this.ladderStatus);
  }

  setLadder(models: string[] | null, pinned: string | null): Promise<LadderStatus> {
    this.ladderStatus = { ...this.ladderStatus, running: models?.length !== 0, pinned };
    return this.#answer(["set_ladder", models, pinned], this.ladderStatus);
  }

  diagnose(): Promise<Record<string, unknown>> {
    return this.#answer(["diagnose"], { gpu: "none" });
  }

  reset(): Promise<void> {
    return this.#answer(["reset"], undefined);
  }

  observe(): EventStream {
    return new ScriptedStream();
  }

  #open(asked: [string, ...unknown[]]): EventStream {
    this.asked.push(asked);
    const stream = new ScriptedStream();
    this.streams.push(stream);
    return stream;
  }

  #answer<T>(asked: [string, ...unknown[]], answer: T): Promise<T> {
    this.asked.push(asked);
    const refusal = this.refusal;
    this.refusal = null;
    return refusal === null ? Promise.resolve(answer) : Promise.reject(new EngineError(refusal));
  }
}

/** What the models of a test did at the edge of the application. */
export interface Outside {
  room: ScriptedRoom;
  loads: [model: string, wishes: object | undefined][];
  said: string[];
  saved: string[];
  copied: string[];
  /** blob: URLs that were let go. */
  forgotten: string[];
  declined: Set<string>;
}

export function scriptedModels(state: AppState): { models: Models; outside: Outside } {
  const outside: Outside = {
    room: new ScriptedRoom(),
    loads: [],
    said: [],
    saved: [],
    copied: [],
    forgotten: [],
    declined: new Set(),
  };
  const options: ModelsOptions = {
    state: state.models,
    room: outside.room,
    files: {
      save: (name) => outside.saved.push(name),
      urlOf: () => "blob:file",
      forget: (url) => outside.forgotten.push(url),
      copy: (content) => {
        outside.copied.push(content);
        return Promise.resolve();
      },
      keep: () => Promise.resolve(false),
    },
    declined: outside.declined,
    catalogue: () => state.catalogue.value,
    refreshCatalogue: () => Promise.resolve(),
    loaded: () => (state.engine.value.kind === "ready" ? state.engine.value.model.id : null),
    load: (model, wishes) => outside.loads.push([model, wishes]),
    announce: (sentence) => outside.said.push(sentence),
    setOpen: (open) => {
      state.modelDialogOpen.value = open;
    },
    pageFacts: () => ({ version: "1.2.3" }),
  };
  return { models: new Models(options), outside };
}
