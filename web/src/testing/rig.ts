import demo from "virtual:demo-model";
import { type ClientOptions, EngineClient } from "../bridge/client";
import { EngineLink, type LinkOptions } from "../bridge/link";
import type { Catalogue } from "../models/catalogue";
import { buildCatalogue, DEMO_MODEL_ID } from "../models/catalogue";
import { EngineHost } from "../engine/host";
import type { EngineJournal } from "../engine/journal";
import { ScriptedEngine, type Script } from "../engine/scripted";
import { EngineServer } from "../engine/server";
import type { Services } from "../engine/services";
import { siteUrls } from "../engine/site";
import type { CompletionBody, StreamEvent } from "../protocol/wire";
import type { EventStream } from "../bridge/event-stream";
import { MemoryLocks } from "./locks";

export const DEMO = DEMO_MODEL_ID;

type LoadScript = ConstructorParameters<typeof ScriptedEngine>[1];

/** A whole engine worker without a worker: the real server, host, queue and batcher around a scripted engine. */
export class Rig {
  readonly engines: ScriptedEngine[] = [];
  readonly locks: MemoryLocks;
  readonly epoch = crypto.randomUUID();
  readonly lock = `engine:${this.epoch}`;
  readonly host: EngineHost;
  private readonly server: EngineServer;
  private readonly release: () => void;
  private readonly ports: MessagePort[] = [];

  constructor(
    answer: (body: CompletionBody) => Script,
    options: {
      load?: LoadScript;
      catalogue?: Catalogue;
      locks?: MemoryLocks;
      journal?: EngineJournal;
      /** Completions that the engine may be asked for at once. */
      lanes?: number;
      /** What the worker does beside loading and answering. */
      services?: (host: EngineHost) => Services;
    } = {},
  ) {
    this.locks = options.locks ?? new MemoryLocks();
    this.host = new EngineHost({
      catalogue: options.catalogue ?? buildCatalogue(siteUrls("https://example.test/app/").demo, demo, []),
      choose: () =>
        Promise.resolve({
          device: "none" as const,
          ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
          create: () => {
            const engine = new ScriptedEngine(answer, options.load);
            this.engines.push(engine);
            return engine;
          },
        }),
      ...(options.journal === undefined ? {} : { journal: options.journal }),
    });
    const services = options.services?.(this.host);
    this.server = new EngineServer(this.host, { epoch: this.epoch, lock: this.lock }, services);
    this.release = this.locks.hold(this.lock);
  }

  /** A fresh port to the worker. */
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.ports.push(port1, port2);
    this.server.accept(port1);
    return port2;
  }

  client(options: ClientOptions = {}): EngineClient {
    return new EngineClient(this.port(), { locks: this.locks, ...options });
  }

  link(options: LinkOptions = {}): EngineLink {
    const link = new EngineLink({ locks: this.locks, ...options });
    link.attach(this.port());
    return link;
  }

  /** Ends the worker as `terminate` does: no word, only the lock is free. */
  die(): void {
    for (const port of this.ports) port.close();
    this.release();
  }
}

/** Reads a stream to its end. */
export async function readAll(stream: EventStream): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) events.push(...batch);
  return events;
}

export const textOf = (events: StreamEvent[]): string =>
  events.map((event) => (event.type === "delta" ? event.text : "")).join("");

export const ask = (text: string, more: Partial<CompletionBody> = {}): CompletionBody => ({
  messages: [{ role: "user", content: text }],
  ...more,
});

/** A script that says its words one by one. */
export const say = (text: string, pauseMs = 0): Script => ({
  deltas: text.split(/(?<= )/),
  pauseMs,
  end: { reason: "stop" },
});

/** A script that has no end within a test. */
export const ramble = (): Script => ({
  deltas: Array.from({ length: 100_000 }, () => "on "),
  pauseMs: 1,
  end: { reason: "length" },
});
