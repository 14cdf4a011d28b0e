/** The engine as one tab sees it, wherever it runs. */
import { EngineClient, type Locks } from "../bridge/client";
import type { Present } from "./presence";
import { watchPulse } from "./pulse";

/** For what a restart is asked: the engine died, or a person wants a fresh one. */
export type RestartReason = "died" | "asked";

export interface TabEngine {
  /** Whether this tab is the one that loads a model. */
  readonly owns: boolean;
  /** The page's own connection. Rejects with an `EngineError`. */
  connection(): Promise<EngineClient>;
  /** A port to the engine of now. Rejects with an `EngineError`. */
  connect(): Promise<MessagePort>;
  /** An engine in place of the one that died, or that somebody has had enough of. */
  restart(reason: RestartReason): Promise<void>;
  /** Tells the engine, and each that takes its place, what is known of this page. */
  present(present: Present): void;
}

/** Pings without an answer after which an engine counts as frozen. */
export const PULSES_MISSED = 4;

export interface PageClientOptions {
  /** What this tab's page calls itself to the engine. */
  name: string;
  locks: Locks | undefined;
  /** Between two pings, in milliseconds. */
  pulseMs: number;
}

/** A page's own connection: it says what is known of the page, and is given up when the engine is silent. */
export function pageClient(
  port: MessagePort,
  present: Present | null,
  { name, locks, pulseMs }: PageClientOptions,
): EngineClient {
  const client = new EngineClient(port, { name, locks });
  if (present !== null) client.present(present);
  watchPulse(client, { everyMs: pulseMs, missed: PULSES_MISSED });
  return client;
}
