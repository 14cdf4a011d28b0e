import type { Endpoint } from "../protocol/endpoint";
import { isLast } from "../protocol/events";
import { checkClientMessage } from "../protocol/validate";
import { overlaps } from "../protocol/version";
import {
  type ClientHello,
  type ClientMessage,
  type EngineMessage,
  type Opening,
  PROTOCOL,
  type Query,
  type WireError,
} from "../protocol/wire";
import { Batcher } from "./batcher";
import { toWireError } from "./errors";
import type { EngineHost } from "./host";
import { answer, type Client, serve, type Services, tabOf } from "./services";

export interface ServerOptions {
  /** Names this worker's life: messages meant for another one are dropped. */
  epoch: string;
  /** Name of the Web Lock that the worker holds as long as it lives. */
  lock: string;
}

type Command = Exclude<ClientMessage, ClientHello>;

/** A load reports progress to a person: ten times a second is enough. */
const LOAD_INTERVAL_MS = 100;

/** Speaks the protocol on any number of ports, for one host. */
export class EngineServer {
  private ports = 0;

  constructor(
    private readonly host: EngineHost,
    private readonly options: ServerOptions,
    private readonly services: Services = { queries: {}, openings: {} },
  ) {}

  /** Takes a port into service, for as long as the other side keeps it open. */
  accept(endpoint: Endpoint): void {
    new PortSession(endpoint, `${String(this.ports++)}:`, this.host, this.options, this.services).open();
  }
}

/** One port: its handshake, its streams, its share of the news. */
class PortSession {
  private greeted = false;
  private name = "";
  private readonly openings = new Map<string, AbortController>();
  private readonly streams = new Map<string, Batcher>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly endpoint: Endpoint,
    /** Ids are the clients' own: two ports may use the same one. */
    private readonly prefix: string,
    private readonly host: EngineHost,
    private readonly options: ServerOptions,
    private readonly services: Services,
  ) {
    this.unsubscribe = host.onState(() => {
      this.announce();
    });
  }

  open(): void {
    this.endpoint.addEventListener("message", (event) => {
      this.receive(event.data);
    });
    // A port whose page has gone closes; what it had asked for would only hold up the others.
    if (this.endpoint instanceof EventTarget)
      this.endpoint.addEventListener("close", () => {
        this.close();
      });
    this.endpoint.start?.();
  }

  private receive(received: unknown): void {
    const checked = checkClientMessage(received);
    if (!checked.ok) {
      this.refuse(idOf(received), checked.error);
      return;
    }
    const { message } = checked;
    if (message.type === "hello") this.greet(message);
    else if (!this.greeted)
      this.refuse(idOf(message), {
        code: "invalid_request",
        message: "The first message on a port must be a hello.",
      });
    else if (message.epoch === this.options.epoch) this.act(message);
  }

  private greet(hello: ClientHello): void {
    if (!overlaps(PROTOCOL, hello.protocol)) {
      this.refuse(null, {
        code: "protocol_mismatch",
        message: `The engine speaks protocol ${range(PROTOCOL)}, the client speaks ${range(hello.protocol)}.`,
        hint: "Reload the page: a new version was installed while it was open.",
        details: { engine: PROTOCOL, client: hello.protocol },
      });
      return;
    }
    this.greeted = true;
    this.name = hello.client;
    this.post({ type: "hello", protocol: PROTOCOL, ...this.options, state: this.host.state });
    this.services.came?.(this.client);
  }

  private act(command: Command): void {
    const { epoch } = this.options;
    switch (command.type) {
      case "load":
        this.stream(command.id, Infinity, LOAD_INTERVAL_MS, (sink) => {
          this.host.load(this.prefix + command.id, command, sink);
        });
        return;
      case "complete":
        this.stream(command.id, command.credit, command.body.delta_interval_ms, (sink) => {
          const from = { client: tabOf(this.client), priority: command.priority };
          this.host.complete(this.prefix + command.id, command.body, sink, from);
        });
        return;
      case "credit":
        this.streams.get(command.id)?.addCredit(command.batches);
        return;
      case "cancel":
        this.openings.get(command.id)?.abort();
        this.host.cancel(this.prefix + command.id);
        return;
      case "unload":
        void this.host.unload(this.prefix + command.id).then(() => {
          this.status(command.id);
        });
        return;
      case "models":
        this.post({ type: "models", id: command.id, epoch, models: this.host.models() });
        return;
      case "status":
        this.status(command.id);
        return;
      case "fetch":
      case "export":
      case "import":
        this.serve(command, Infinity, LOAD_INTERVAL_MS);
        return;
      case "observe":
        this.serve(command, command.credit, LOAD_INTERVAL_MS);
        return;
      case "complete_text":
      case "batch":
        this.serve(command, command.credit, undefined);
        return;
      case "presence":
        this.services.presence?.(this.client, command);
        return;
      default:
        this.query(command);
    }
  }

  private get client(): Client {
    return { key: this.prefix, name: this.name };
  }

  private query(query: Query): void {
    const { epoch } = this.options;
    answer(this.services, query, this.client).then(
      (result) => {
        this.post({ type: "reply", id: query.id, epoch, result });
      },
      (raw: unknown) => {
        this.refuse(query.id, toWireError(raw));
      },
    );
  }

  private serve(command: Opening, credit: number, intervalMs: number | undefined): void {
    this.stream(command.id, credit, intervalMs, (sink) => {
      const life = new AbortController();
      this.openings.set(command.id, life);
      serve(this.services, command, sink, life.signal, this.client)
        .catch((raw: unknown) => {
          sink.finish({ type: "failure", error: toWireError(raw) });
        })
        .finally(() => this.openings.delete(command.id));
    });
  }

  private stream(
    id: string,
    credit: number,
    intervalMs: number | undefined,
    start: (sink: Batcher) => void,
  ): void {
    if (this.streams.has(id)) {
      this.refuse(id, { code: "invalid_request", message: `The id ${id} is in use on this port.` });
      return;
    }
    const batcher = new Batcher(
      (sequence, events) => {
        this.post({ type: "batch", id, epoch: this.options.epoch, sequence, events });
        if (isLast(events.at(-1))) this.streams.delete(id);
      },
      intervalMs === undefined ? { credit } : { credit, intervalMs },
    );
    this.streams.set(id, batcher);
    start(batcher);
  }

  private announce(): void {
    if (this.greeted) this.status(null);
  }

  private status(id: string | null): void {
    this.post({ type: "status", id, epoch: this.options.epoch, state: this.host.state });
  }

  private refuse(id: string | null, error: WireError): void {
    this.post({ type: "refused", id, epoch: this.options.epoch, error });
  }

  private post(message: EngineMessage): void {
    this.endpoint.postMessage(message);
  }

  private close(): void {
    this.unsubscribe();
    this.greeted = false;
    for (const [id, batcher] of this.streams) {
      batcher.dispose();
      this.host.cancel(this.prefix + id);
    }
    this.streams.clear();
    for (const life of this.openings.values()) life.abort();
    this.services.gone?.(this.client);
  }
}

function idOf(received: unknown): string | null {
  if (typeof received !== "object" || received === null || !("id" in received)) return null;
  return typeof received.id === "string" && received.id !== "" ? received.id : null;
}

const range = ({ min, max }: { min: number; max: number }): string =>
  min === max ? String(min) : `${String(min)} to ${String(max)}`;
