import type { WireError } from "../protocol/wire";

/**
 * How long an engine may be silent before it counts as hung, in milliseconds. Generous on purpose: a software
 * adapter computes a long prompt, and a driver compiles shaders, for minutes without hearing anything.
 */
export interface HeartbeatLimits {
  /** Between two pings. */
  intervalMs: number;
  /**
   * Not a word since its worker was started. One that dies before the first leaves no other sign; its script is at
   * hand, so this may be shorter than what follows.
   */
  startMs: number;
  /** Neither a ping answered nor anything else said, while it loads. */
  loadMs: number;
  /** The same, before the first text of an answer. */
  prefillMs: number;
  /** The same, between two texts. */
  decodeMs: number;
  /** No progress at all, though pings are answered: a worker beneath the cell may hang on its own. */
  stallMs: number;
}

export const HEARTBEAT: HeartbeatLimits = {
  intervalMs: 5_000,
  startMs: 60_000,
  loadMs: 300_000,
  prefillMs: 180_000,
  decodeMs: 90_000,
  stallMs: 900_000,
};

/** What an engine does, as far as its patience depends on it. */
export type Phase = "start" | "load" | "prefill" | "decode";

const LIMIT = { start: "startMs", load: "loadMs", prefill: "prefillMs", decode: "decodeMs" } as const;

/**
 * Watches an engine while it works. Time counts in ticks of its own timer, so that a machine that slept, or a tab
 * that was frozen together with its engine, does not look like a hang.
 */
export class Heartbeat {
  private phase: Phase | null = null;
  private silentMs = 0;
  private stalledMs = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly limits: HeartbeatLimits,
    private readonly ping: () => void,
    private readonly hung: (error: WireError) => void,
  ) {}

  /** The engine begins something; `null`: it has nothing to do and is left alone. */
  enter(phase: Phase | null): void {
    this.phase = phase;
    this.silentMs = this.stalledMs = 0;
    if (phase === null) this.stop();
    else
      this.timer ??= setInterval(() => {
        this.tick();
      }, this.limits.intervalMs);
  }

  /** The engine has said something; `progress`: text, or how far a load is. */
  heard(progress: boolean): void {
    this.silentMs = 0;
    if (this.phase === "start") this.phase = "load";
    if (!progress) return;
    this.stalledMs = 0;
    if (this.phase === "prefill") this.phase = "decode";
  }

  private tick(): void {
    const { phase, limits } = this;
    if (phase === null) return;
    this.silentMs += limits.intervalMs;
    this.stalledMs += limits.intervalMs;
    if (this.silentMs > limits[LIMIT[phase]]) this.end(phase, this.silentMs);
    else if (this.stalledMs > limits.stallMs) this.end(phase, this.stalledMs);
    else this.ping();
  }

  private end(phase: Phase, silentMs: number): void {
    this.enter(null);
    this.hung({
      code: "engine_hung",
      message: `The engine has said nothing for ${String(Math.round(silentMs / 1000))} seconds.`,
      hint: "Load the model again, or a smaller one.",
      details: { phase, silent_ms: silentMs },
    });
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
