/** What happened inside of the page, newest last, while somebody watches: Amplifier's events and every message. */
import { isRecord } from "../stores/payload";
import { redacted, type RedactionOptions } from "./redact";

export const SOURCES = [
  "amplifier",
  "page_to_python",
  "python_to_page",
  "page_to_engine",
  "engine_to_page",
  "python_to_engine",
  "engine_to_python",
] as const;
export type Source = (typeof SOURCES)[number];

export interface LoggedEvent {
  /** Counts all that were ever logged. */
  number: number;
  /** Milliseconds since 1970. */
  at: number;
  source: Source;
  /** The event's name, or the message's type. */
  name: string;
  /** What it is about, where it says so. */
  conversation: string | null;
  body: unknown;
}

export interface EventLogOptions {
  now: () => number;
  /** The conversation of a turn, where it is known. */
  conversationOf: (turn: string) => string | null;
  redaction: () => RedactionOptions;
  /** Somebody begins to watch, or nobody does any more. */
  onWatched: (watched: boolean) => void;
}

/** Older ones make room. */
export const KEPT = 5_000;

export class EventLog {
  readonly #events: LoggedEvent[] = [];
  #watchers = 0;
  #number = 0;

  constructor(private readonly options: EventLogOptions) {}

  /** Oldest first; the array itself goes on growing. */
  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** How many there ever were: differs whenever there is something new. */
  get number(): number {
    return this.#number;
  }

  get watched(): boolean {
    return this.#watchers > 0;
  }

  /** Logs from now on. Returns how to stop; nothing is logged while nobody watches. */
  watch(): () => void {
    let over = false;
    this.#watchers += 1;
    if (this.#watchers === 1) this.options.onWatched(true);
    return () => {
      if (over) return;
      over = true;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.options.onWatched(false);
    };
  }

  note(source: Source, name: string, body: unknown, about: { turn?: string; at?: number } = {}): void {
    if (this.#watchers === 0) return;
    this.#number += 1;
    this.#events.push({
      number: this.#number,
      at: about.at ?? this.options.now(),
      source,
      name,
      conversation: this.#conversation(body, about.turn),
      body: redacted(body, this.options.redaction()),
    });
    if (this.#events.length > KEPT) this.#events.shift();
  }

  clear(): void {
    this.#events.length = 0;
    this.#number += 1;
  }

  #conversation(body: unknown, turn: string | undefined): string | null {
    if (isRecord(body) && typeof body["conversation"] === "string") return body["conversation"];
    const id = turn ?? (isRecord(body) && typeof body["id"] === "string" ? body["id"] : null);
    return id === null ? null : this.options.conversationOf(id);
  }
}

export interface EventFilter {
  /** Null: all of them. */
  source: Source | null;
  conversation: string | null;
  /** In the name or anywhere in the body; empty: whatever it is. */
  text: string;
}

export const EVERYTHING: EventFilter = { source: null, conversation: null, text: "" };

/** Those that a filter lets through, oldest first. */
export function filtered(events: readonly LoggedEvent[], filter: EventFilter): LoggedEvent[] {
  const wanted = filter.text.trim().toLowerCase();
  return events.filter(
    ({ source, conversation, name, body }) =>
      (filter.source === null || source === filter.source) &&
      (filter.conversation === null || conversation === filter.conversation) &&
      (wanted === "" || name.toLowerCase().includes(wanted) || written(body).toLowerCase().includes(wanted)),
  );
}

/** One JSON object a line. */
export const asLines = (events: readonly LoggedEvent[]): string =>
  events
    .map(({ at, ...event }) => `${JSON.stringify({ at: new Date(at).toISOString(), ...event })}\n`)
    .join("");

/** What was written of a body: a search goes through all of them, again and again. */
const TEXTS = new WeakMap<object, string>();

export function written(body: unknown): string {
  if (typeof body !== "object" || body === null) return String(body);
  const known = TEXTS.get(body) ?? JSON.stringify(body, null, 2);
  TEXTS.set(body, known);
  return known;
}
