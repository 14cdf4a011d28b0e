/** Inferences out of what the engine room reports (pure but for what it remembers of requests that run). */
import type { EngineEvent, EngineKind, ErrorCode, Priority } from "../../protocol/wire";
import { numberOf, textOf } from "../stores/payload";
import type { Mode } from "../settings/choices";
import { engineOf, type Inference, measuredIn, type Outcome, priorityOf } from "./inference";

/** A request that has come to an end. */
export interface Ended {
  /** What the tab that asked calls itself in the engine room. */
  client: string;
  priority: Priority;
  /** It failed, and may be tried again. */
  again: boolean;
}

export interface GatheringOptions {
  /** How the conversation that asked is answered. */
  mode: (ended: Ended) => Mode;
  /** What a model needs of memory, in megabytes, as far as it is known. */
  memoryOf: (model: string) => number | null;
}

/** Requests that are remembered: one whose end was never told is forgotten. */
const RUNNING = 200;

/** Hears the engine room and tells what came to an end. */
export class Gathering {
  /** How long each request has waited for its turn, by its id. */
  readonly #waited = new Map<string, number>();
  #kind: EngineKind | null = null;

  constructor(private readonly options: GatheringOptions) {}

  /** Which engine answers now: what is loaded or recovered without saying is its. */
  answersBy(kind: EngineKind | null): void {
    this.#kind = kind;
  }

  /** The inference that this event ends; null where it ends none. */
  hear(event: EngineEvent): Inference | null {
    switch (event.name) {
      case "request_started":
        this.#starts(event);
        return null;
      case "request_finished":
        return this.#answer(event, outcomeOf(textOf(event.details, "reason")), null);
      case "request_failed": {
        const code = textOf(event.details, "code") as ErrorCode;
        return this.#answer(event, code === "aborted" ? "stopped" : "failed", code);
      }
      case "loaded":
        return this.#step(event, "load", "done", { load_ms: numberOf(event.details, "load_ms") });
      case "load_failed":
        return this.#step(event, "load", textOf(event.details, "code") === "aborted" ? "stopped" : "failed", {});
      case "recovery_finished":
        return this.#step(event, "recovery", "done", { recovery_ms: numberOf(event.details, "took_ms") });
      case "recovery_failed":
        return this.#step(event, "recovery", "failed", { recovery_ms: numberOf(event.details, "took_ms") });
      default:
        return null;
    }
  }

  #starts({ details }: EngineEvent): void {
    const request = requestOf(details);
    // A request that was lost and goes on starts again: it has waited once.
    if (this.#waited.has(request)) return;
    this.#waited.set(request, numberOf(details, "wait_ms") ?? 0);
    const [oldest] = this.#waited.keys();
    if (this.#waited.size > RUNNING && oldest !== undefined) this.#waited.delete(oldest);
  }

  #answer(event: EngineEvent, outcome: Outcome, code: ErrorCode | null): Inference {
    const { details, at, model } = event;
    const request = requestOf(details);
    const wait_ms = this.#waited.get(request);
    this.#waited.delete(request);
    const priority = priorityOf(details["priority"]);
    const measured = measuredIn({ ...details, ...(wait_ms === undefined ? {} : { wait_ms }) });
    return {
      id: `${String(at)} ${request}`,
      at,
      kind: "answer",
      model: model ?? "",
      mode: this.options.mode({ client: clientOf(event), priority, again: outcome === "failed" }),
      engine: engineOf(details["engine"]),
      outcome,
      code,
      priority,
      measured: code === null ? { ...measured, ...this.#memory(model) } : measured,
    };
  }

  #step(
    event: EngineEvent,
    kind: "load" | "recovery",
    outcome: Outcome,
    measured: Readonly<Record<string, number | null>>,
  ): Inference {
    const { details, at, model } = event;
    const code = textOf(details, "code");
    return {
      id: `${String(at)} ${kind} ${model ?? ""}`,
      at,
      kind,
      model: model ?? "",
      mode: "client_side",
      engine: engineOfDevice(details["device"]) ?? this.#kind,
      outcome,
      code: code === "" ? null : (code as ErrorCode),
      priority: "chat",
      measured: measuredIn({ ...measured, ...(outcome === "done" ? this.#memory(model) : {}) }),
    };
  }

  #memory(model: string | null): { memory_mb?: number } {
    const memory_mb = model === null ? null : this.options.memoryOf(model);
    return memory_mb === null ? {} : { memory_mb };
  }
}

/** Which tab a request of the engine room is of; it calls itself so there. */
export const clientOf = (event: EngineEvent): string => textOf(event.details, "client");

const requestOf = (details: EngineEvent["details"]): string =>
  `${textOf(details, "client")} ${textOf(details, "request")}`;

function engineOfDevice(device: unknown): EngineKind | null {
  if (device === "webgpu") return "webllm";
  return device === "cpu" ? "wllama" : null;
}

function outcomeOf(reason: string): Outcome {
  if (reason === "length") return "length";
  return reason === "abort" ? "stopped" : "done";
}
