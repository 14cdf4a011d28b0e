import type { Opening, Query, QueryResult, WireError } from "../protocol/wire";
import { failure } from "./errors";
import type { EventSink } from "./host";

/** Who asks: one port. */
export interface Client {
  /** Names the port; unlike any other in this worker's life. */
  readonly key: string;
  /** What it called itself. */
  readonly name: string;
}

/**
 * Whose turn a request of this client is. A page and its Python worker call themselves `page:<tab>` and `python:<tab>`;
 * whoever names no tab is one of its own.
 */
export function tabOf({ key, name }: Client): string {
  const colon = name.indexOf(":");
  return colon < 0 ? key : name.slice(colon + 1);
}

/** The command of a type, without what only its way needs. */
export type QueryOf<K extends Query["type"]> = Extract<Query, { type: K }>;
export type OpeningOf<K extends Opening["type"]> = Extract<Opening, { type: K }>;

/** What answers each query; what it throws crosses the wire as an error. */
export type Queries = { [K in Query["type"]]: (query: QueryOf<K>, client: Client) => Promise<QueryResult> };

/**
 * What serves each stream. It ends the stream by `sink.finish`; what it throws ends it as a failure. When
 * `signal` aborts it stops, and says so by a last event.
 */
export type Openings = {
  [K in Opening["type"]]: (
    command: OpeningOf<K>,
    sink: EventSink,
    signal: AbortSignal,
    client: Client,
  ) => Promise<void>;
};

/** Everything that an engine worker does beside loading and answering. What is absent is refused. */
export interface Services {
  queries: Partial<Queries>;
  openings: Partial<Openings>;
  /** A page tells whether it is looked at, and how its device is powered. */
  presence?: (client: Client, presence: { visible: boolean; power: "mains" | "battery" | "unknown" }) => void;
  /** A port has been greeted. */
  came?: (client: Client) => void;
  /** A port has closed. */
  gone?: (client: Client) => void;
}

/** Joins the services of several rooms into one. */
export function joined(...parts: Services[]): Services {
  return {
    queries: Object.assign({}, ...parts.map(({ queries }) => queries)) as Partial<Queries>,
    openings: Object.assign({}, ...parts.map(({ openings }) => openings)) as Partial<Openings>,
    presence: (client, presence) => {
      for (const part of parts) part.presence?.(client, presence);
    },
    came: (client) => {
      for (const part of parts) part.came?.(client);
    },
    gone: (client) => {
      for (const part of parts) part.gone?.(client);
    },
  };
}

/** Answers a query. Rejects with what its service throws. */
export function answer(services: Services, query: Query, client: Client): Promise<QueryResult> {
  // The table is total over the types; TypeScript cannot see that key and argument belong together.
  const serve = services.queries[query.type] as
    ((query: Query, client: Client) => Promise<QueryResult>) | undefined;
  return serve === undefined ? Promise.reject(unserved(query.type)) : serve(query, client);
}

/** Serves a stream to its end. Rejects with what its service throws. */
export function serve(
  services: Services,
  command: Opening,
  sink: EventSink,
  signal: AbortSignal,
  client: Client,
): Promise<void> {
  const open = services.openings[command.type] as
    ((command: Opening, sink: EventSink, signal: AbortSignal, client: Client) => Promise<void>) | undefined;
  return open === undefined ? Promise.reject(unserved(command.type)) : open(command, sink, signal, client);
}

const unserved = (type: string): Error & { error: WireError } =>
  failure("unsupported", `This engine does not know "${type}".`, "Use an engine of this package.");
