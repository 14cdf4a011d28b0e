/** The ladder: the smallest model answers at once, better ones load behind it and take over between two requests. */
import type { LadderStatus, Rung, StreamEvent, Verdict, WireError } from "../protocol/wire";
import { failure, toWireError } from "./errors";
import type { EventSink, LoadWish } from "./host";
import type { Journal } from "./journal";
import { type Place, Rungs, type Step } from "./rungs";

export interface LadderOptions {
  host: {
    /** The model that answers; null when there is none. */
    readonly model: { id: string } | null;
    load(id: string, wish: LoadWish, sink: EventSink): void;
    cancel(id: string): boolean;
  };
  journal: Journal;
  /** The rungs from small to good: of these names, or (null) of all that lies in this browser. Throws `model_not_found`. */
  steps(models: readonly string[] | null): Promise<Step[]>;
  assess(model: string): Promise<Verdict>;
}

/** Why it does not climb for now. */
export interface Conditions {
  /** Some page is looked at. */
  visible: boolean;
  onBattery: boolean;
}

const LOAD = "ladder:";

/**
 * Climbs from the model that is there to better ones, one at a time.
 *
 * It stands still where nobody looks and on battery, stays where it was when a rung fails, and ends when somebody
 * pins a model, loads one by name, or gives it no rungs.
 */
export class Ladder {
  private readonly rungs = new Rungs();
  private pinned: string | null = null;
  private running = false;
  private loading: { id: string; model: string; begun: boolean } | null = null;
  private conditions: Conditions = { visible: true, onBattery: false };
  private loads = 0;
  /** Grows with every decision of a user's: what was begun before it has no say any more. */
  private epoch = 0;

  constructor(private readonly options: LadderOptions) {}

  get status(): LadderStatus {
    return {
      type: "ladder_status",
      running: this.running,
      pinned: this.pinned,
      active: this.active,
      rungs: this.rungs.wire(this.active),
    };
  }

  /** Sets the rungs and begins to climb. Rejects with `model_not_found`; then everything stays as it was. */
  async set(models: readonly string[] | null, pinned: string | null): Promise<LadderStatus> {
    const [steps, pin] = await Promise.all([
      this.options.steps(models),
      pinned === null ? [] : this.options.steps([pinned]),
    ]);
    this.halt();
    this.pinned = pin[0]?.model ?? null;
    const known = steps.some(({ model }) => model === this.pinned);
    this.rungs.reset(known ? steps : [...steps, ...pin], this.active);
    this.running = !this.rungs.empty;
    this.changed();
    // Who asks something now waits for the load that this has begun.
    await this.climb();
    return this.status;
  }

  /** A load has begun. One that is not the ladder's own is somebody's who wants that model: it stays. */
  begun(model: string): void {
    if (this.loading?.model === model && !this.loading.begun) {
      this.loading.begun = true;
      return;
    }
    if (!this.running) return;
    this.halt();
    this.pinned = model;
    this.running = false;
    this.changed();
  }

  /** What the pages tell of themselves. */
  under(conditions: Conditions): void {
    this.conditions = conditions;
    void this.climb();
  }

  private get active(): string | null {
    return this.options.host.model?.id ?? null;
  }

  /** Takes the next rung, where there is one and nothing speaks against it. Resolves when its load has begun. */
  private async climb(): Promise<void> {
    if (!this.running || this.loading !== null) return;
    const next = this.rungs.next(this.active, this.pinned);
    if (next === undefined) {
      this.running = false;
      this.changed();
      return;
    }
    // The first model is wanted at once; a better one can wait.
    if (this.active !== null && !this.mayClimb()) return;
    await this.take(next, this.epoch);
  }

  private mayClimb(): boolean {
    return this.conditions.visible && !this.conditions.onBattery;
  }

  private async take(place: Place, epoch: number): Promise<void> {
    const id = `${LOAD}${String(this.loads++)}`;
    this.loading = { id, model: place.model, begun: false };
    const reason = await this.refusal(place);
    if (epoch !== this.epoch) return;
    if (reason !== null) {
      this.loading = null;
      this.settle(place, "skipped", reason);
      await this.climb();
      return;
    }
    this.settle(place, "loading", null);
    void this.load(id, place).then((error) => {
      if (epoch !== this.epoch) return;
      this.loading = null;
      if (error === null) this.stand(place);
      else this.fail(place, error);
    });
  }

  /** Why a rung is left out; null when nothing speaks against it. */
  private async refusal({ model, mayDownload }: Place): Promise<WireError | null> {
    try {
      const { reason, stored, download_bytes: toCome } = await this.options.assess(model);
      if (reason !== null) return reason;
      if (mayDownload || stored === "whole" || toCome === 0) return null;
      return failure("consent_required", `${model} is not in this browser yet.`, "Download it first.").error;
    } catch (raw) {
      return toWireError(raw);
    }
  }

  private load(id: string, place: Place): Promise<WireError | null> {
    return new Promise((resolve) => {
      const sink: EventSink = {
        push: (event) => {
          this.show(place, event);
        },
        finish: (event) => {
          resolve(event.type === "failure" ? event.error : null);
        },
      };
      this.options.host.load(id, { model: place.model, device: place.device, behind: true }, sink);
    });
  }

  private show(place: Place, event: StreamEvent): void {
    if (event.type !== "progress") return;
    const state = event.stage === "download" ? "downloading" : "loading";
    if (this.loading?.model === place.model && place.state !== state) this.settle(place, state, null);
  }

  private stand(place: Place): void {
    this.rungs.stand(place);
    this.changed();
    void this.climb();
  }

  private fail(place: Place, error: WireError): void {
    this.settle(place, "failed", error);
    // Where a model answers it stays with it; without any, the next one may do better.
    if (this.active === null) void this.climb();
    else {
      this.running = false;
      this.changed();
    }
  }

  private settle(place: Place, state: Rung["state"], reason: WireError | null): void {
    place.state = state;
    place.reason = reason;
    this.changed();
  }

  private halt(): void {
    this.epoch++;
    const { loading } = this;
    this.loading = null;
    if (loading === null) return;
    const place = this.rungs.of(loading.model);
    if (place !== undefined) place.state = "waiting";
    this.options.host.cancel(loading.id);
  }

  private changed(): void {
    const { active, pinned, running } = this;
    this.options.journal.record("ladder_changed", active, {
      running,
      pinned,
      loading: this.loading?.model,
      waiting: this.rungs.count("waiting"),
      failed: this.rungs.count("failed"),
    });
  }
}
