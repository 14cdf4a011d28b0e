import type {
  CompletionBody,
  EngineState,
  Load,
  LoadedModel,
  ModelRecord,
  StreamEvent,
  TextCompletionBody,
  WireError,
} from "../protocol/wire";
import type { Catalogue } from "../models/catalogue";
import { chat, text } from "./answering";
import type { Vectors } from "./engine";
import { aborted, toWireError } from "./errors";
import type { Journal } from "./journal";
import { Loading } from "./loading";
import { JobQueue, QUEUE_LIMITS, type QueueLimits } from "./queue";
import { Recoverer } from "./recoverer";
import { type Plan, RecoveryPolicy, type Smaller } from "./recovery";
import { type Asker, Requests } from "./room-requests";
import { RoomState } from "./room-state";
import type { Seat, SeatOptions } from "./seat";

/** Takes the events of one load or completion; `finish` takes the last one. */
export interface EventSink {
  push(event: StreamEvent): void;
  finish(event: StreamEvent): void;
}

export interface HostOptions extends SeatOptions {
  catalogue: Catalogue;
  journal?: Journal;
  /** A smaller model, for one that keeps failing. None when absent. */
  smaller?: Smaller;
  /** Whether two models may be on the GPU at the same time. Never, when absent. */
  mayShareGpu?: (present: Seat, incoming: Plan) => boolean;
  limits?: Partial<QueueLimits>;
  now?: () => number;
}

/** What to load, as the wire has it. */
export type LoadWish = Pick<Load, "model" | "device" | "behind" | "overrides" | "metered_ok">;

const SILENT: Journal = { record: () => undefined };
const SOMEBODY: Asker = { client: "" };

const RESET: WireError = {
  code: "device_lost",
  message: "The engine was reset because somebody asked for it.",
};

/** What a worker computes with: at most one model that answers, one queue, one state. Knows nothing of ports. */
export class EngineHost {
  private readonly room = new RoomState();
  private readonly queue: JobQueue;
  private readonly policy: RecoveryPolicy;
  private readonly recoverer: Recoverer;
  private readonly loading: Loading;
  private readonly journal: Journal;
  private readonly requests: Requests;
  private behind: { id: string; life: AbortController } | null = null;
  private anonymous = 0;

  constructor(private readonly options: HostOptions) {
    this.journal = options.journal ?? SILENT;
    this.queue = new JobQueue({ ...QUEUE_LIMITS, ...options.limits }, () => this.lanes);
    const now = options.now ?? (() => performance.now());
    this.policy = new RecoveryPolicy({ now, smaller: options.smaller ?? (() => null) });
    const { journal, queue, policy, room } = this;
    const shared = { seats: options, policy, journal, now };
    this.recoverer = new Recoverer(this.room, shared);
    const mayShareGpu = options.mayShareGpu ?? (() => false);
    this.loading = new Loading(this.room, this.recoverer, { ...shared, mayShareGpu });
    const { recoverer, loading } = this;
    this.requests = new Requests({ room, queue, recoverer, loading, policy, journal, now });
  }

  get state(): EngineState {
    return this.room.wire;
  }

  /** The model that answers now; null when there is none, or while it is brought back. */
  get present(): Seat | null {
    return this.room.seat;
  }

  /** Items of batches that the model which answers now computes at once. */
  get lanes(): number {
    return this.room.seat?.lanes ?? 1;
  }

  /** The model that answers the next request; it may be asleep. */
  get model(): LoadedModel | null {
    return this.room.model;
  }

  /** Tells a listener of every change of `state`. Returns what ends that. */
  onState(listener: () => void): () => void {
    return this.room.onChange(listener);
  }

  /** Tells a listener when nothing runs or waits any more, and when something does again. Returns what ends that. */
  onIdle(listener: (idle: boolean) => void): () => void {
    return this.queue.onIdle(listener);
  }

  models(): ModelRecord[] {
    return this.options.catalogue.records();
  }

  /** Whether anybody looks at a client; those that are looked at come first. */
  setBackground(client: string, background: boolean): void {
    this.queue.setBackground(client, background);
  }

  /** Queues a load, or begins one behind the model that answers. An unknown id is refused before anything is touched. */
  load(id: string, wish: LoadWish, sink: EventSink): void {
    let plan: Plan;
    try {
      plan = this.plan(wish);
    } catch (raw) {
      sink.finish({ type: "failure", error: toWireError(raw) });
      return;
    }
    if (wish.behind === true && this.room.seat !== null) {
      this.loadBehind(id, plan, sink);
      return;
    }
    this.barrier(
      id,
      async (signal) => {
        this.behind?.life.abort();
        await this.loading.inPlace(plan, sink, signal);
      },
      () => {
        sink.finish({ type: "failure", error: aborted("load").error });
      },
    );
  }

  /** Queues a completion; behind a load it waits for the model. */
  complete(id: string, body: CompletionBody, sink: EventSink, from: Asker = SOMEBODY): void {
    this.requests.stream(id, chat(body), sink, from);
  }

  /** Queues the continuation of a text. */
  completeText(id: string, body: TextCompletionBody, sink: EventSink, from: Asker = SOMEBODY): void {
    this.requests.stream(id, text(body), sink, from);
  }

  /** Queues texts to make vectors of; `model` as in a completion. Rejects with an `EngineFailure`. */
  embed(
    texts: readonly string[],
    model: string | undefined,
    signal: AbortSignal,
    from: Asker = SOMEBODY,
  ): Promise<Vectors & { model: string }> {
    return this.requests.embed(this.nextId(), texts, model, signal, from);
  }

  /** Cancels one load or request, wherever it is. */
  cancel(id: string): boolean {
    if (this.behind?.id === id) this.behind.life.abort();
    return this.queue.cancel(id);
  }

  /** Gives the model's memory back, after what runs and waits. `reason` goes into the journal. */
  unload(id: string = this.nextId(), reason = "asked"): Promise<void> {
    return new Promise((resolve) => {
      this.barrier(
        id,
        async () => {
          this.behind?.life.abort();
          await this.recoverer.stop();
          const model = this.room.seat?.model.id ?? null;
          await this.loading.release();
          this.room.loss = this.room.loadError = null;
          if (model !== null) this.journal.record("unloaded", model, { reason });
          this.room.changed();
          resolve();
        },
        resolve,
      );
    });
  }

  /** Gives the model's memory back until the next request, which loads it again before it is answered. */
  sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.barrier(
        this.nextId(),
        async () => {
          const { seat } = this.room;
          if (seat !== null && this.behind === null && this.room.requests === 0) {
            const { model, plan, answersFor } = seat;
            await this.loading.release();
            this.room.asleep = { model, plan, answersFor };
            this.journal.record("unloaded", model.id, { reason: "idle" });
            this.room.changed();
          }
          resolve();
        },
        resolve,
      );
    });
  }

  /**
   * Throws the engine away with its worker and its GPU device and loads the model again, now: a request that runs
   * goes on as after any loss. False when there is nothing to load again.
   */
  reset(): boolean {
    this.policy.clear();
    const { seat, loss, plan } = this.room;
    if (seat !== null) {
      this.recoverer.fall(seat, RESET);
      return true;
    }
    if (loss === null || plan === null) return this.room.loading !== null || this.room.asleep !== null;
    this.room.loss = null;
    this.recoverer.begin(plan, new Set(), RESET);
    return true;
  }

  private plan({ model, device, overrides, metered_ok }: LoadWish): Plan {
    const entry = this.options.catalogue.find(model);
    return { entry, device, overrides, meteredOk: metered_ok === true };
  }

  private loadBehind(id: string, plan: Plan, sink: EventSink): void {
    // One at a time: the newer wish counts.
    this.behind?.life.abort();
    const life = new AbortController();
    const behind = { id, life };
    this.behind = behind;
    const swap = (act: () => Promise<void>): Promise<void> =>
      new Promise((resolve, reject) => {
        this.barrier(
          `${id}:swap`,
          () => act().then(resolve, reject),
          () => {
            reject(aborted("load"));
          },
        );
      });
    void this.loading.behind(plan, sink, life.signal, swap).finally(() => {
      if (this.behind === behind) this.behind = null;
    });
  }

  private barrier(id: string, run: (signal: AbortSignal) => Promise<void>, dropped: () => void): void {
    this.queue.add({ id, client: "", priority: "barrier", run, dropped });
  }

  private nextId(): string {
    return `room:${String(this.anonymous++)}`;
  }
}
