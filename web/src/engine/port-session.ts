import type { Endpoint } from "../protocol/endpoint";
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
import { toWireError } from "./errors";
import type { EngineHost, EventSink } from "./host";
import { PortStreams } from "./port-streams";
import { answer, type Client, serve, type Services, tabOf } from "./services";

/** What a room is called. */
export interface RoomNames {
  /** Names this worker's life: messages meant for another one are dropped. */
  epoch: string;
  /** Name of the Web Lock that the worker holds as long as it lives. */
  lock: string;
}

type Command = Exclude<ClientMessage, ClientHello>;

/** A load reports progress to a person: ten times a second is enough. */
const LOAD_INTERVAL_MS = 100;

/** One port: its handshake, its streams, its share of the news. */
export class PortSession {
  private greeted = false;
  private closed = false;
  private name = "";
  private readonly streams = new PortStreams((id, sequence, events) => {
    this.post({ type: "batch", id, epoch: this.names.epoch, sequence, events });
  });
  private readonly unsubscribe: () => void;

  constructor(
    private readonly endpoint: Endpoint,
    /** Ids are the clients' own: two ports may use the same one. */
    private readonly prefix: string,
    private readonly host: EngineHost,
    private readonly names: RoomNames,
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
    else if (message.epoch === this.names.epoch) this.act(message);
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
    this.post({ type: "hello", protocol: PROTOCOL, ...this.names, state: this.host.state });
    this.services.came?.(this.client);
  }

  private act(command: Command): void {
    const { epoch } = this.names;
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
        this.streams.addCredit(command.id, command.batches);
        return;
      case "cancel":
        this.streams.cancel(command.id);
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
    const { epoch } = this.names;
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
    if (this.taken(command.id)) return;
    this.streams.serve(command.id, { credit, intervalMs }, (sink, signal) =>
      serve(this.services, command, sink, signal, this.client),
    );
  }

  private stream(
    id: string,
    credit: number,
    intervalMs: number | undefined,
    start: (sink: EventSink) => void,
  ): void {
    if (!this.taken(id)) this.streams.open(id, { credit, intervalMs }, start);
  }

  private taken(id: string): boolean {
    const taken = this.streams.has(id);
    if (taken) this.refuse(id, { code: "invalid_request", message: `The id ${id} is in use on this port.` });
    return taken;
  }

  private announce(): void {
    if (this.greeted) this.status(null);
  }

  private status(id: string | null): void {
    this.post({ type: "status", id, epoch: this.names.epoch, state: this.host.state });
  }

  private refuse(id: string | null, error: WireError): void {
    this.post({ type: "refused", id, epoch: this.names.epoch, error });
  }

  /** What is answered late, after the other side has gone, is of no use to anybody. */
  private post(message: EngineMessage): void {
    if (!this.closed) this.endpoint.postMessage(message);
  }

  private close(): void {
    this.unsubscribe();
    this.closed = true;
    const { ids } = this.streams;
    this.streams.dispose();
    for (const id of ids) this.host.cancel(this.prefix + id);
    this.services.gone?.(this.client);
  }
}

function idOf(received: unknown): string | null {
  if (typeof received !== "object" || received === null || !("id" in received)) return null;
  return typeof received.id === "string" && received.id !== "" ? received.id : null;
}

const range = ({ min, max }: { min: number; max: number }): string =>
  min === max ? String(min) : `${String(min)} to ${String(max)}`;
