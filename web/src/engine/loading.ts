import type { StreamEvent } from "../protocol/wire";
import type { LoadReport } from "./engine";
import { aborted, toWireError } from "./errors";
import type { EventSink } from "./host";
import type { Journal } from "./journal";
import { NOTHING, telling } from "./load-telling";
import type { Recoverer } from "./recoverer";
import { fulfils, type Plan, type RecoveryPolicy } from "./recovery";
import type { RoomState } from "./room-state";
import { type Prepared, prepare, seat, type Seat, type SeatOptions } from "./seat";
import { warmUp } from "./warm-up";

export interface LoadingOptions {
  seats: SeatOptions;
  policy: RecoveryPolicy;
  journal: Journal;
  now: () => number;
  /** Whether two models may be on the GPU at the same time. */
  mayShareGpu: (present: Seat, incoming: Plan) => boolean;
}

/** Loads models into the room: in place of the one that is there, or behind it. */
export class Loading {
  constructor(
    private readonly state: RoomState,
    private readonly recoverer: Recoverer,
    private readonly options: LoadingOptions,
  ) {}

  /** A load in its turn: nothing else runs. What was there goes as soon as the new one's files are here. */
  async inPlace(plan: Plan, sink: EventSink, signal: AbortSignal): Promise<void> {
    await this.recoverer.stop();
    await this.told(plan, sink, async () => {
      const report = this.reporter(plan, sink, "loading");
      // A load that somebody asks for starts with a clean slate.
      this.options.policy.clear(plan.entry.record.id);
      const prepared = await prepare(this.options.seats, plan, report, signal);
      if (this.has(prepared)) return;
      await this.replace(prepared, report, signal);
    });
  }

  /**
   * A load behind the model that answers. Its files are fetched first; where both may be there at once the engine
   * starts beside the other, else in the swap. `swap` runs what it is given between two requests.
   */
  async behind(
    plan: Plan,
    sink: EventSink,
    signal: AbortSignal,
    swap: (act: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await this.told(plan, sink, async () => {
      const report = this.reporter(plan, sink, "incoming");
      const prepared = await prepare(this.options.seats, plan, report, signal);
      if (this.has(prepared)) return;
      const ready = this.mayStandBeside(prepared) ? await this.start(prepared, report, signal) : null;
      await swap(async () => {
        signal.throwIfAborted();
        if (ready === null) await this.replaceOrKeep(prepared, report, signal);
        else await this.install(ready);
      }).catch(async (raw: unknown) => {
        await ready?.release();
        throw raw;
      });
    });
  }

  /** Loads again what was put to sleep, for the request that needs it. */
  async wake(signal: AbortSignal): Promise<void> {
    const { asleep } = this.state;
    if (asleep === null) return;
    const { plan, answersFor } = asleep;
    const model = plan.entry.record.id;
    const report = ({ fraction }: LoadReport): void => {
      this.state.loading = { model, fraction };
      this.state.changed();
    };
    report(NOTHING);
    this.options.journal.record("load_started", model, { waking: true });
    try {
      const prepared = await prepare(this.options.seats, plan, report, signal);
      await this.bringUp(prepared, report, signal, answersFor);
    } catch (raw) {
      const error = toWireError(raw);
      // A request that was cancelled leaves the model asleep: the next one wakes it.
      if (!signal.aborted) {
        this.state.asleep = null;
        this.state.loss = { model, error };
      }
      this.options.journal.record("load_failed", model, { code: error.code });
      throw raw;
    } finally {
      this.state.loading = null;
      this.state.changed();
    }
  }

  /** Gives up the model that is there, awake or asleep. */
  async release(): Promise<void> {
    const { seat: present } = this.state;
    this.state.seat = this.state.asleep = null;
    await present?.release();
  }

  /** Runs one load and tells its client, and the journal, how it went. */
  private async told(plan: Plan, sink: EventSink, act: () => Promise<void>): Promise<void> {
    const { journal, now } = this.options;
    const startedAt = now();
    const model = plan.entry.record.id;
    journal.record("load_started", model);
    let last: StreamEvent;
    try {
      await act();
      this.state.loss = this.state.loadError = null;
      const load_ms = now() - startedAt;
      last = { type: "loaded", model: this.loaded(), load_ms };
      journal.record("loaded", last.model.id, { load_ms, device: last.model.engine.device });
    } catch (raw) {
      const error = toWireError(raw);
      this.state.loadError = { model, error };
      journal.record("load_failed", model, { code: error.code });
      last = { type: "failure", error };
    }
    this.state.incoming = null;
    // A model that was lost meanwhile may be on its way back.
    if (!this.recoverer.busy) this.state.loading = null;
    // First the state: who has heard that the model is there may look at once at what it is.
    this.state.changed();
    sink.finish(last);
  }

  private loaded(): Seat["model"] {
    // Lost in the very moment: its recovery is under way, and tells the rest.
    if (this.state.seat === null) throw aborted("load");
    return this.state.seat.model;
  }

  private has({ plan, choice }: Prepared): boolean {
    const { seat: present } = this.state;
    return present !== null && fulfils(present.model, choice.device, present.plan, plan);
  }

  private mayStandBeside({ plan, choice }: Prepared): boolean {
    const { seat: present } = this.state;
    if (present === null) return false;
    const both = present.model.engine.device === "webgpu" && choice.device === "webgpu";
    return !both || this.options.mayShareGpu(present, plan);
  }

  /**
   * Starts an engine beside the one that answers, to take its place: requests that name the other model may still be
   * on their way when it does.
   */
  private start(
    prepared: Prepared,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<Seat> {
    return this.seat(prepared, this.state.seat?.answersFor ?? new Set(), report, signal);
  }

  /** An engine with its model, warm where there was time for it. */
  private async seat(
    prepared: Prepared,
    standsFor: ReadonlySet<string>,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<Seat> {
    const taken = await seat(prepared, standsFor, report, signal);
    try {
      await warmUp(taken, this.state, report, signal);
      signal.throwIfAborted();
      return taken;
    } catch (raw) {
      await taken.release();
      throw raw;
    }
  }

  /** Starts it in place of what is there. */
  private async replace(
    prepared: Prepared,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
    standsFor: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    // What was there may have been lost while the files came: it must not come back over this one.
    await this.recoverer.stop();
    await this.release();
    this.state.loss = null;
    await this.bringUp(prepared, report, signal, standsFor);
  }

  /** An engine that fails in a way that another start may heal gets one. */
  private async bringUp(
    first: Prepared,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
    standsFor: ReadonlySet<string>,
  ): Promise<void> {
    let prepared = first;
    for (let attempt = 0; ; attempt++) {
      report(NOTHING);
      try {
        await this.install(await this.seat(prepared, standsFor, report, signal));
        return;
      } catch (raw) {
        if (signal.aborted) throw raw;
        const again = this.options.policy.retry(prepared.plan, toWireError(raw), attempt);
        if (again === null) throw raw;
        prepared = { ...prepared, plan: again };
      }
    }
  }

  /** The same for a load behind: when it fails, the model that had to make room comes back. */
  private async replaceOrKeep(
    prepared: Prepared,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (this.recoverer.busy) await this.recoverer.settled(signal);
    const before = this.state.seat;
    try {
      await this.replace(prepared, report, signal, before?.answersFor);
    } catch (raw) {
      if (before !== null) this.recoverer.begin(before.plan, before.answersFor, toWireError(raw), true);
      throw raw;
    }
  }

  private async install(next: Seat): Promise<void> {
    await this.recoverer.stop();
    await this.release();
    this.state.seat = next;
    this.state.plan = next.plan;
    this.recoverer.watch(next);
  }

  /** Reports of one load, to its client and to whoever asks for the state. */
  private reporter(plan: Plan, sink: EventSink, as: "loading" | "incoming"): (report: LoadReport) => void {
    const model = plan.entry.record.id;
    const tell = telling(model, sink, this.options.journal);
    const report = (told: LoadReport): void => {
      this.state[as] = { model, fraction: told.fraction };
      tell(told);
      this.state.changed();
    };
    report(NOTHING);
    return report;
  }
}
