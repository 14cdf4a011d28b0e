import type { EngineEvent, EngineEventName } from "../protocol/wire";

/** Figures and names of one event; never text of a message, nor a URL, nor the name of a user's file. */
export type EventDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where events go. `EngineJournal` is one. */
export interface Journal {
  record(name: EngineEventName, model: string | null, details?: EventDetails): void;
}

/** A journal whose every event also says this: which request, whose it is. */
export const about = (journal: Journal, facts: EventDetails): Journal => ({
  record: (name, model, details) => {
    journal.record(name, model, { ...facts, ...details });
  },
});

/** Events that are kept for who asks later. */
const KEPT = 2_000;

/** Longer strings are no names: whatever they are, they do not belong here. */
const LONGEST = 200;

/**
 * What happened in the engine room, newest last: read by the `observe` stream and by the diagnostics report.
 *
 * Whoever records passes figures, ids and codes. The journal keeps the last 2,000 events and tells every listener.
 */
export class EngineJournal implements Journal {
  private readonly kept: EngineEvent[] = [];
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  constructor(private readonly now: () => number = Date.now) {}

  /** The events that are kept, oldest first. */
  get events(): readonly EngineEvent[] {
    return this.kept;
  }

  /** Notes an event. Details that are `undefined` are left out. A listener that throws harms nobody else. */
  record(name: EngineEventName, model: string | null, details: EventDetails = {}): void {
    const event: EngineEvent = { at: this.now(), name, model, details: tidied(details) };
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (raw) {
        console.error("A listener of the engine's journal threw:", raw);
      }
    }
  }

  /** Tells a listener every event from now on, until `signal` aborts. */
  onEvent(listener: (event: EngineEvent) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener), { once: true });
  }
}

function tidied(details: EventDetails): Record<string, unknown> {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value.slice(0, LONGEST) : value]),
  );
}
