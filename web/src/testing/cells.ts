import type { Cell } from "../engine/cell";
import { serveCell } from "../engine/cell-server";
import type { HeartbeatLimits } from "../engine/heartbeat";
import { EngineHost, type HostOptions } from "../engine/host";
import { RemoteEngine } from "../engine/remote-engine";
import { ScriptedEngine, type Script } from "../engine/scripted";
import type { CompletionBody, StreamEvent, WireError } from "../protocol/wire";
import type { Endpoint } from "../protocol/endpoint";
import type { CatalogueEntry } from "../models/catalogue";
import { Catalogue } from "../models/catalogue";

/** A model of the catalogue that only has a name and a context. */
export const entryOf = (id: string, contextWindow = 4096): CatalogueEntry => ({
  kind: "text",
  record: {
    id,
    name: id,
    devices: ["cpu"],
    download_bytes: 0,
    memory_mb: 0,
    context_window: contextWindow,
    quantization: "none",
    required_features: [],
    low_resource: true,
    embedded: false,
  },
});

/** A cell whose engine is scripted: the real protocol, over a channel in place of a worker. */
export class ChannelCell implements Cell {
  readonly endpoint: MessagePort;
  readonly died: Promise<WireError>;
  readonly engine: ScriptedEngine;
  ended = false;
  /** Says and hears nothing any more, as a worker does whose thread is held. */
  hung = false;
  private readonly inner: MessagePort;
  private resolve: (error: WireError) => void = () => undefined;

  constructor(engine: ScriptedEngine) {
    const { port1, port2 } = new MessageChannel();
    this.endpoint = port1;
    this.inner = port2;
    this.engine = engine;
    this.died = new Promise((resolve) => {
      this.resolve = resolve;
    });
    serveCell(this.gate(), engine);
  }

  /** Ends it as a crash does. */
  die(): void {
    if (this.ended) return;
    this.end();
    this.resolve({ code: "worker_died", message: "The engine's worker has died." });
  }

  end(): void {
    this.ended = true;
    this.endpoint.close();
    this.inner.close();
  }

  private gate(): Endpoint {
    const { inner } = this;
    return {
      postMessage: (message) => {
        if (!this.hung && !this.ended) inner.postMessage(message);
      },
      addEventListener: (type, listener) => {
        inner.addEventListener(type, (event) => {
          if (!this.hung) listener(event);
        });
      },
      removeEventListener: () => undefined,
      start: () => {
        inner.start();
      },
    };
  }
}

/** Limits that a test can wait for. */
export const QUICK: HeartbeatLimits = {
  intervalMs: 10,
  startMs: 60,
  loadMs: 60,
  prefillMs: 60,
  decodeMs: 60,
  stallMs: 10_000,
};

/** An engine room whose cells are channels; every engine that it makes says what the script says. */
export class CellRig {
  readonly cells: ChannelCell[] = [];
  readonly host: EngineHost;

  constructor(
    script: (body: CompletionBody) => Script,
    options: Partial<HostOptions> & { load?: ConstructorParameters<typeof ScriptedEngine>[1] } = {},
  ) {
    const { load, ...more } = options;
    this.host = new EngineHost({
      catalogue: new Catalogue([entryOf("big"), entryOf("small")]),
      choose: () =>
        Promise.resolve({
          device: "cpu" as const,
          create: () => new RemoteEngine(() => this.cell(new ScriptedEngine(script, load)), QUICK),
        }),
      ...more,
    });
  }

  /** The cell that lives, if there is one. */
  get living(): ChannelCell | undefined {
    return this.cells.find(({ ended }) => !ended);
  }

  load(model = "big", wish: { behind?: boolean } = {}): Promise<StreamEvent[]> {
    return collected((sink) => {
      this.host.load(crypto.randomUUID(), { model, device: "auto", ...wish }, sink);
    }).all;
  }

  ask(body: CompletionBody, id: string = crypto.randomUUID()): Collected {
    return collected((sink) => {
      this.host.complete(id, body, sink, { client: "test" });
    });
  }

  private cell(engine: ScriptedEngine): ChannelCell {
    const cell = new ChannelCell(engine);
    this.cells.push(cell);
    return cell;
  }
}

/** What comes of one request. */
export interface Collected {
  events: StreamEvent[];
  /** How often it was ended. */
  ends: () => number;
  all: Promise<StreamEvent[]>;
}

function collected(start: (sink: Parameters<EngineHost["complete"]>[2]) => void): Collected {
  const events: StreamEvent[] = [];
  let ends = 0;
  const all = new Promise<StreamEvent[]>((resolve) => {
    start({
      push: (event) => {
        events.push(event);
      },
      finish: (event) => {
        events.push(event);
        ends += 1;
        resolve(events);
      },
    });
  });
  return { events, ends: () => ends, all };
}
