import type { Priority, WireError } from "../protocol/wire";
import { Answering, type Question } from "./answering";
import type { Vectors } from "./engine";
import { untilLost } from "./engine-life";
import { aborted, EngineFailure, failure, toWireError, translate } from "./errors";
import type { EventSink } from "./host";
import { about, type Journal } from "./journal";
import type { Loading } from "./loading";
import type { Job, JobQueue } from "./queue";
import type { Recoverer } from "./recoverer";
import type { RecoveryPolicy } from "./recovery";
import type { RoomState } from "./room-state";
import type { Seat } from "./seat";

/** Who asks, and how much it matters. */
export interface Asker {
  /** Clients take turns: the tab, or whatever else asks for one person. */
  client: string;
  priority?: Priority | undefined;
}

export interface RequestsOptions {
  room: RoomState;
  queue: JobQueue;
  recoverer: Recoverer;
  loading: Loading;
  policy: RecoveryPolicy;
  journal: Journal;
  now: () => number;
}

/** What is asked of the model that answers: each request waits for its turn and outlives what engines do not. */
export class Requests {
  constructor(private readonly options: RequestsOptions) {}

  /** Queues a question whose answer streams. */
  stream(id: string, question: Question, sink: EventSink, from: Asker): void {
    const facts = { request: id, client: from.client, priority: from.priority ?? "chat" };
    const answering = new Answering(question, sink, about(this.options.journal, facts), this.options.now);
    this.request(id, from, {
      run: (signal) => this.answer(answering, signal),
      refused: (error) => {
        answering.fail(error);
      },
    });
  }

  /** Queues texts to make vectors of. Rejects with an `EngineFailure`. */
  embed(
    id: string,
    texts: readonly string[],
    model: string | undefined,
    signal: AbortSignal,
    from: Asker,
  ): Promise<Vectors & { model: string }> {
    const cancel = (): void => {
      this.options.queue.cancel(id);
    };
    return new Promise<Vectors & { model: string }>((resolve, reject) => {
      this.request(id, from, {
        run: async (running) => {
          try {
            resolve(await this.onSeat(model, running, (seat) => vectors(seat, texts, running)));
          } catch (raw) {
            reject(new EngineFailure(toWireError(raw)));
          }
        },
        refused: (error) => {
          reject(new EngineFailure(error));
        },
      });
      if (signal.aborted) cancel();
      signal.addEventListener("abort", cancel);
    }).finally(() => {
      // The signal lives as long as its port.
      signal.removeEventListener("abort", cancel);
    });
  }

  /** One request in its turn, through every loss of the engine that it may outlive. */
  private async answer(answering: Answering, signal: AbortSignal): Promise<void> {
    for (;;) {
      let seat: Seat;
      try {
        seat = await this.seatFor(answering.question.model, signal);
      } catch (raw) {
        if (signal.aborted) answering.cancel();
        else answering.fail(answering.loss ?? toWireError(raw));
        return;
      }
      if (!answering.canGoOnWith(seat) && answering.loss !== undefined) {
        answering.fail(answering.loss);
        return;
      }
      try {
        await answering.on(seat, signal);
        this.options.policy.clear(seat.plan.entry.record.id);
        return;
      } catch (raw) {
        const { error, fatal } = translate(raw);
        if (fatal) this.options.recoverer.fall(seat, error);
        if (!fatal || !answering.survives(error)) {
          answering.fail(error);
          return;
        }
      }
    }
  }

  /** The engine for a request, once it is there. Rejects with the reason why there is none. */
  private async seatFor(model: string | undefined, signal: AbortSignal): Promise<Seat> {
    // Looked at again after each wait: what is there now may be lost in the very turn that one has ended.
    while (this.options.recoverer.busy) await this.options.recoverer.settled(signal);
    if (this.options.room.seat === null) await this.options.loading.wake(signal);
    const { seat } = this.options.room;
    if (seat === null || (model !== undefined && !seat.answersFor.has(model)))
      throw this.options.room.absence(model);
    return seat;
  }

  /** Work without a stream: it is done once more when its engine is lost under it. */
  private async onSeat<T>(
    model: string | undefined,
    signal: AbortSignal,
    work: (seat: Seat) => Promise<T>,
  ): Promise<T> {
    for (let again = true; ; again = false) {
      const seat = await this.seatFor(model, signal);
      try {
        return await untilLost(seat, work(seat));
      } catch (raw) {
        const { error, fatal } = translate(raw);
        if (fatal) this.options.recoverer.fall(seat, error);
        if (!fatal || !again) throw raw;
      }
    }
  }

  private request(
    id: string,
    { client, priority = "chat" }: Asker,
    work: { run: (signal: AbortSignal) => Promise<void>; refused: (error: WireError) => void },
  ): void {
    const count = (by: 1 | -1): void => {
      this.options.room.requests += by;
      this.options.room.changed();
    };
    const job: Job = {
      id,
      client,
      priority,
      run: (signal) =>
        work.run(signal).finally(() => {
          count(-1);
        }),
      dropped: () => {
        work.refused(aborted("request").error);
        count(-1);
      },
    };
    count(1);
    try {
      this.options.queue.add(job);
    } catch (raw) {
      work.refused(toWireError(raw));
      count(-1);
    }
  }
}

async function vectors(
  { engine, model }: Seat,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Vectors & { model: string }> {
  if (model.capabilities.embeddings !== true) {
    throw failure("unsupported", `${model.id} gives no vectors.`, "Load an embedding model.");
  }
  return { ...(await engine.embed(texts, signal)), model: model.id };
}
