import type { CatalogueEntry } from "../models/catalogue";
import type { ErrorCode, Load, LoadedModel, ModelOverrides, WireError } from "../protocol/wire";

/** What is to be loaded, as it was asked for. */
export interface Plan {
  entry: CatalogueEntry;
  device: Load["device"];
  overrides: ModelOverrides | undefined;
  meteredOk: boolean;
}

/** A smaller model to take in place of one that keeps failing; null when there is none. LADDER's decision. */
export type Smaller = (entry: CatalogueEntry, error: WireError) => CatalogueEntry | null;

export interface RecoveryOptions {
  now: () => number;
  smaller: Smaller;
  /** Failures of one model count together when they lie no further apart, in milliseconds. */
  windowMs?: number;
}

const WINDOW_MS = 10 * 60_000;
/** Failures of one model: from the second on a smaller context is tried, from the third on a smaller model. */
const SHRINK_AT = 2;
const GIVE_UP_AT = 3;
/** However many models there are to try. */
const FAILURES_IN_ALL = 8;
/** Tokens: below this a conversation has no room. */
const SMALLEST_CONTEXT = 1024;

/** What another start of the same model may heal. Anything else would only fail in the same way. */
const TRANSIENT: readonly ErrorCode[] = [
  "device_lost",
  "out_of_memory",
  "worker_died",
  "engine_hung",
  "engine_failed",
  "shader_failed",
];

/**
 * What to load after a model has failed: the same once more, then with a smaller context, then a smaller model, then
 * nothing. An answer that came to its end clears the model's name.
 */
export class RecoveryPolicy {
  private readonly failures = new Map<string, number[]>();

  constructor(private readonly options: RecoveryOptions) {}

  /** Notes a failure and says what to try next; null: nothing. */
  next(plan: Plan, error: WireError): Plan | null {
    // The request's fault: its grammar took the engine down.
    if (error.code === "grammar_failed") return plan;
    const failures = this.note(plan.entry.record.id);
    if (this.inAll() > FAILURES_IN_ALL) return null;
    if (TRANSIENT.includes(error.code)) {
      if (failures < SHRINK_AT) return plan;
      const narrower = failures < GIVE_UP_AT ? withSmallerContext(plan) : null;
      if (narrower !== null) return narrower;
    }
    const entry = this.options.smaller(plan.entry, error);
    return entry === null ? null : { ...plan, device: "auto", overrides: undefined, entry };
  }

  /** For a load that somebody has asked for by name: it is not replaced by another model. */
  retry(plan: Plan, error: WireError, attempt: number): Plan | null {
    if (!TRANSIENT.includes(error.code) || attempt >= SHRINK_AT) return null;
    return attempt === 0 && error.code !== "out_of_memory" ? plan : withSmallerContext(plan);
  }

  /** The model has shown that it works, or somebody starts afresh. */
  clear(model?: string): void {
    if (model === undefined) this.failures.clear();
    else this.failures.delete(model);
  }

  private note(model: string): number {
    const now = this.options.now();
    const since = now - (this.options.windowMs ?? WINDOW_MS);
    const failures = [...(this.failures.get(model) ?? []).filter((at) => at > since), now];
    this.failures.set(model, failures);
    return failures.length;
  }

  private inAll(): number {
    return [...this.failures.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

/** The same with half the context; null where that is too little, or where the model slides its window. */
function withSmallerContext(plan: Plan): Plan | null {
  const { entry, overrides } = plan;
  const own = entry.webllm?.overrides;
  if (positive(overrides?.sliding_window_size ?? own?.sliding_window_size)) return null;
  const context = overrides?.context_window_size ?? entry.record.context_window;
  if (context === null || context / 2 < SMALLEST_CONTEXT) return null;
  return { ...plan, overrides: { ...overrides, context_window_size: Math.floor(context / 2) } };
}

const positive = (value: number | undefined): boolean => value !== undefined && value > 0;

/** Whether a model that is there is what a plan asks for. */
export function fulfils(model: LoadedModel, device: string, present: Plan, wanted: Plan): boolean {
  return (
    model.id === wanted.entry.record.id &&
    model.engine.device === device &&
    JSON.stringify(present.overrides ?? {}) === JSON.stringify(wanted.overrides ?? {})
  );
}
