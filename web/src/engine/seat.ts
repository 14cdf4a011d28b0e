import type { Load, LoadedModel, WireError } from "../protocol/wire";
import type { CatalogueEntry } from "../models/catalogue";
import type { Engine, LoadReport } from "./engine";
import { bringUp, release, untilAborted } from "./engine-life";
import type { Plan } from "./recovery";

/** Which engine to make for a model, decided before anything that is loaded is touched. */
export interface EngineChoice {
  device: LoadedModel["engine"]["device"];
  /** Completions that it may be asked for at the same time; one when absent. */
  lanes?: number;
  create(): Engine;
}

/** What the room brings together before an engine loads: files are fetched once, whatever becomes of the engine. */
export type Prepare = (
  entry: CatalogueEntry,
  device: LoadedModel["engine"]["device"],
  wishes: { report: (report: LoadReport) => void; signal: AbortSignal; meteredOk: boolean },
) => Promise<{ gguf?: Blob[] }>;

export interface SeatOptions {
  /** Rejects with an `EngineFailure` when the model cannot run here. */
  choose(entry: CatalogueEntry, device: Load["device"]): Promise<EngineChoice>;
  prepare?: Prepare;
}

/** What stands ready to be loaded. */
export interface Prepared {
  plan: Plan;
  choice: EngineChoice;
  gguf: Blob[] | undefined;
}

/** An engine with its model in it, for as long as it lives. */
export class Seat {
  /** Resolves when it is lost, or taken away. */
  readonly lost: Promise<WireError>;
  private settle!: (error: WireError) => void;

  constructor(
    readonly engine: Engine,
    readonly model: LoadedModel,
    readonly plan: Plan,
    /** Ids that it answers for: its own, and those of the models that it stands in for. */
    readonly answersFor: ReadonlySet<string>,
    private width = 1,
  ) {
    const taken = new Promise<WireError>((resolve) => {
      this.settle = resolve;
    });
    this.lost = Promise.race([engine.lost, taken]);
    void engine.narrowed?.then(() => {
      this.width = 1;
    });
  }

  /** Completions that its engine may be asked for at the same time. */
  get lanes(): number {
    return this.width;
  }

  /** Takes it from whoever works with it: they learn the reason, as they would of a loss. */
  take(reason: WireError): void {
    this.settle(reason);
  }

  /** Ends the engine. A turn later, so that those who wait on it hear of the reason before they hear of the end. */
  async release(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await release(this.engine);
  }
}

/** Chooses the engine and fetches what it needs; touches nothing that is loaded. */
export async function prepare(
  options: SeatOptions,
  plan: Plan,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<Prepared> {
  const choice = await untilAborted(options.choose(plan.entry, plan.device), signal, "load");
  const wishes = { report, signal, meteredOk: plan.meteredOk };
  const files = options.prepare?.(plan.entry, choice.device, wishes) ?? Promise.resolve({ gguf: undefined });
  const { gguf } = await untilAborted(files, signal, "load");
  return { plan, choice, gguf };
}

/** Starts the engine and loads the model into it. */
export async function seat(
  { plan, choice, gguf }: Prepared,
  standsFor: ReadonlySet<string>,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<Seat> {
  const engine = choice.create();
  const order = {
    entry: plan.entry,
    ...(plan.overrides === undefined ? {} : { overrides: plan.overrides }),
    ...(gguf === undefined ? {} : { gguf }),
  };
  const model = await bringUp(engine, order, report, signal);
  const answersFor = new Set([model.id, plan.entry.record.id, ...standsFor]);
  return new Seat(engine, model, plan, answersFor, choice.lanes);
}
