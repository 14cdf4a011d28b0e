import type { WireError } from "../protocol/wire";
import type { LoadReport } from "./engine";
import { untilAborted } from "./engine-life";
import { toWireError } from "./errors";
import type { Journal } from "./journal";
import type { Plan, RecoveryPolicy } from "./recovery";
import type { RoomState } from "./room-state";
import type { Seat } from "./seat";
import { prepare, seat, type SeatOptions } from "./seat";

export interface RecovererOptions {
  seats: SeatOptions;
  policy: RecoveryPolicy;
  journal: Journal;
  now: () => number;
  /** Milliseconds before the second try, twice that before the third: a browser's GPU process has to start again. */
  pauseMs?: number;
}

const PAUSE_MS = 500;

/**
 * Brings a model back after a loss. While it works the state is `loading` with the reason; requests wait. In the end
 * there is a model, perhaps a smaller one, or the state is `lost`.
 */
export class Recoverer {
  private running: { done: Promise<void>; life: AbortController } | null = null;

  constructor(
    private readonly state: RoomState,
    private readonly options: RecovererOptions,
  ) {}

  /** The model in this seat is gone: its engine is ended, and another one made. A seat falls once. */
  fall(fallen: Seat, error: WireError): void {
    if (this.state.seat !== fallen) return;
    this.state.seat = null;
    fallen.take(error);
    void fallen.release();
    this.begin(fallen.plan, fallen.answersFor, error);
  }

  /** Loads again what was given up. `error` is what it failed by; not so where it only `madeRoom` for what failed. */
  begin(plan: Plan, standsFor: ReadonlySet<string>, error: WireError, madeRoom = false): void {
    const life = new AbortController();
    this.state.loading = { model: plan.entry.record.id, fraction: 0, recovering: error };
    // In a later turn: it may have nothing to try, and must not be over before it counts as begun.
    const done = Promise.resolve().then(() =>
      this.recover({ plan, madeRoom }, standsFor, error, life.signal),
    );
    this.running = { life, done };
    this.state.changed();
  }

  /** True while a model is brought back. */
  get busy(): boolean {
    return this.running !== null;
  }

  /** Resolves when the recovery that runs has ended; rejects with `aborted` when `signal` aborts. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.running !== null) await untilAborted(this.running.done, signal, "request");
  }

  /** Somebody decides otherwise: another load, an unload. */
  async stop(): Promise<void> {
    const { running } = this;
    running?.life.abort();
    await running?.done;
  }

  /** Watches a seat from now on: it may be lost while nobody asks anything. */
  watch(watched: Seat): void {
    void watched.lost.then((error) => {
      this.fall(watched, error);
    });
  }

  private async recover(
    { plan: from, madeRoom }: { plan: Plan; madeRoom: boolean },
    standsFor: ReadonlySet<string>,
    reason: WireError,
    signal: AbortSignal,
  ): Promise<void> {
    const { journal, now, policy } = this.options;
    const startedAt = now();
    const model = from.entry.record.id;
    journal.record("recovery_started", model, { code: reason.code });
    let error = reason;
    let tries = 0;
    // The policy asks the catalogue and the ladder: what they throw must not leave the room in recovery for ever.
    const next = (plan: Plan): Plan | null => {
      try {
        return policy.next(plan, error);
      } catch (raw) {
        error = toWireError(raw);
        return null;
      }
    };
    for (let plan = madeRoom ? from : next(from); plan !== null; plan = next(plan)) {
      try {
        await this.wait(tries++, signal);
        const back = await this.attempt(plan, standsFor, reason, signal);
        const { id, context_window } = back.model;
        const took_ms = now() - startedAt;
        journal.record("recovery_finished", id, {
          took_ms,
          tries,
          code: reason.code,
          from: model,
          context_window,
        });
        this.end(() => {
          this.state.seat = back;
          this.watch(back);
        });
        return;
      } catch (raw) {
        if (signal.aborted) break;
        error = toWireError(raw);
      }
    }
    journal.record("recovery_failed", model, { took_ms: now() - startedAt, tries, code: error.code });
    this.end(() => {
      if (!signal.aborted) this.state.loss = { model, error };
    });
  }

  private async attempt(
    plan: Plan,
    standsFor: ReadonlySet<string>,
    recovering: WireError,
    signal: AbortSignal,
  ): Promise<Seat> {
    const model = plan.entry.record.id;
    const show = (fraction: number): void => {
      this.state.loading = { model, fraction, recovering };
      this.state.changed();
    };
    show(0);
    const report = ({ fraction }: LoadReport): void => {
      show(fraction);
    };
    return seat(await prepare(this.options.seats, plan, report, signal), standsFor, report, signal);
  }

  private async wait(tries: number, signal: AbortSignal): Promise<void> {
    if (tries === 0) return;
    const ms = (this.options.pauseMs ?? PAUSE_MS) * 2 ** (tries - 1);
    await untilAborted(new Promise((resolve) => setTimeout(resolve, ms)), signal, "load");
  }

  private end(settle: () => void): void {
    this.state.loading = null;
    this.running = null;
    settle();
    this.state.changed();
  }
}
