/**
 * Plays a recorded exchange: Python runs it through a real session with a scripted engine, and what comes of it is
 * shown at the pace that a person wants, step by step where they like.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { ToPython } from "../../page/python-host";
import type { PythonMessage } from "../../protocol/wire";
import { applyEvent, endTurn, failTurn } from "../stores/turn-events";
import { newTurn, RUNNING, type Turn } from "../stores/turn";

/** Steps a second; 0: only when asked for. */
export const SPEEDS = [0, 2, 8, 40] as const;
export type Speed = (typeof SPEEDS)[number];

type Step = Extract<PythonMessage, { type: "turn_event" | "turn_ended" | "turn_failed" }>;

export interface Replay {
  name: string;
  turn: Turn;
  /** What has come of it so far, in order. */
  steps: readonly Step[];
  /** How many of them are shown. */
  shown: number;
  /** Whether the last step has come. */
  whole: boolean;
}

export interface ReplayerOptions {
  send: (message: ToPython) => void;
  newId: () => string;
  now: () => number;
  /** Calls again and again, so many times a second. Returns how to stop. */
  every: (perSecond: number, act: () => void) => () => void;
}

export class Replayer {
  readonly #replay = signal<Replay | null>(null);
  readonly #speed = signal<Speed>(8);
  #stop: (() => void) | null = null;

  constructor(private readonly options: ReplayerOptions) {}

  get replay(): ReadonlySignal<Replay | null> {
    return this.#replay;
  }

  get speed(): ReadonlySignal<Speed> {
    return this.#speed;
  }

  /** Plays a transcript, in place of the one before. */
  start(name: string, transcript: string): void {
    this.close();
    const { newId, now, send } = this.options;
    const turn = { ...newTurn({ id: newId(), parent: null, question: questionIn(transcript), at: now() }), state: RUNNING };
    this.#replay.value = { name, turn, steps: [], shown: 0, whole: false };
    send({ type: "replay", id: turn.id, transcript });
    this.#run();
  }

  setSpeed(speed: Speed): void {
    this.#speed.value = speed;
    this.#run();
  }

  /** Shows one step more. */
  step(): void {
    const replay = this.#replay.value;
    const next = replay?.steps[replay.shown];
    if (replay === null || next === undefined) return;
    const shown = replay.shown + 1;
    this.#replay.value = { ...replay, shown, turn: after(replay.turn, next, this.options.now()) };
    if (replay.whole && shown === replay.steps.length) this.#halt();
  }

  /** Shows all that is left. */
  finish(): void {
    for (let replay = this.#replay.value; replay !== null && replay.shown < replay.steps.length; replay = this.#replay.value) {
      this.step();
    }
  }

  close(): void {
    const replay = this.#replay.value;
    if (replay !== null && !replay.whole) this.options.send({ type: "stop", id: replay.turn.id });
    this.#halt();
    this.#replay.value = null;
  }

  receive(message: PythonMessage): void {
    const replay = this.#replay.value;
    if (replay === null || replay.whole) return;
    if (message.type === "python_failed") {
      const step: Step = { type: "turn_failed", id: replay.turn.id, error: message.error };
      this.#replay.value = { ...replay, steps: [...replay.steps, step], whole: true };
      return;
    }
    if (message.type !== "turn_event" && message.type !== "turn_ended" && message.type !== "turn_failed") return;
    if (message.id !== replay.turn.id) return;
    this.#replay.value = { ...replay, steps: [...replay.steps, message], whole: message.type !== "turn_event" };
  }

  #run(): void {
    this.#halt();
    const replay = this.#replay.value;
    const over = replay === null || (replay.whole && replay.shown === replay.steps.length);
    const speed = this.#speed.value;
    if (over || speed === 0) return;
    this.#stop = this.options.every(speed, () => {
      this.step();
    });
  }

  #halt(): void {
    this.#stop?.();
    this.#stop = null;
  }
}

function after(turn: Turn, step: Step, now: number): Turn {
  switch (step.type) {
    case "turn_event":
      return applyEvent(turn, step, now);
    case "turn_ended":
      return endTurn(turn, step, now);
    case "turn_failed":
      return failTurn(turn, step.error, now);
  }
}

interface TranscriptLine {
  direction?: unknown;
  message?: { type?: unknown; body?: { messages?: readonly { role?: unknown; content?: unknown }[] } };
}

/** What the user asked in it; empty where it does not say: Python refuses what is no transcript, with a sentence. */
export function questionIn(transcript: string): string {
  for (const line of transcript.split("\n")) {
    const body = completionIn(line);
    const asked = body?.messages?.findLast(({ role }) => role === "user")?.content;
    if (typeof asked === "string") return asked;
  }
  return "";
}

function completionIn(line: string): NonNullable<TranscriptLine["message"]>["body"] {
  try {
    const { message } = JSON.parse(line) as TranscriptLine;
    return message?.type === "complete" ? message.body : undefined;
  } catch {
    return undefined;
  }
}
