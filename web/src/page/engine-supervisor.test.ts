import { beforeEach, describe, expect, it } from "vitest";
import { type EventStream, failedStream } from "../bridge/event-stream";
import type { EngineState, ModelRecord, QueryResult, StreamEvent, WireError } from "../protocol/wire";
import { EngineSupervisor, type EngineConnection, type LoadEvents } from "./engine-supervisor";
import { ENGINE_STARTS, reduceEngine, type EngineView } from "../app/stores/engine";
import { DEMO, DIED, LOADED, record } from "../app/testing/messages";

/** A load whose events a test sends. */
class ScriptedLoad implements LoadEvents {
  cancelled = false;
  readonly #waiting: ((batch: StreamEvent[] | null) => void)[] = [];
  readonly #ready: (StreamEvent[] | null)[] = [];

  constructor(readonly model: string) {}

  next(): Promise<StreamEvent[] | null> {
    const batch = this.#ready.shift();
    if (batch !== undefined) return Promise.resolve(batch);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  cancel(): void {
    this.cancelled = true;
  }

  send(batch: StreamEvent[] | null): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#ready.push(batch);
    else waiting(batch);
  }

  succeed(): void {
    this.send([{ type: "loaded", model: { ...LOADED, id: this.model }, load_ms: 1 }]);
    this.send(null);
  }
}

/** A worker's connection whose life a test decides. */
class ScriptedConnection implements EngineConnection {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<WireError>;
  readonly loads: ScriptedLoad[] = [];
  isClosed = false;
  greet!: () => void;
  refuse!: (error: unknown) => void;
  die!: (error: WireError) => void;
  readonly #listeners: ((state: EngineState) => void)[] = [];

  constructor() {
    this.ready = new Promise<void>((resolve, reject) => {
      this.greet = resolve;
      this.refuse = reject;
    });
    this.closed = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  onState(listener: (state: EngineState) => void): void {
    this.#listeners.push(listener);
  }

  tell(state: EngineState): void {
    for (const listener of this.#listeners) listener(state);
  }

  load(model: string): LoadEvents {
    const load = new ScriptedLoad(model);
    this.loads.push(load);
    return load;
  }

  models(): Promise<ModelRecord[]> {
    return Promise.resolve([record(DEMO)]);
  }

  query(): Promise<QueryResult> {
    return Promise.resolve({ type: "pong" });
  }

  stream(): EventStream {
    return failedStream(DIED);
  }

  complete(): EventStream {
    return failedStream(DIED);
  }

  close(): void {
    this.isClosed = true;
  }
}

let view: EngineView;
let connections: ScriptedConnection[];
let restarts: number;
let pythonPorts: number;
let models: number;
let clock: number;
let restartFails: WireError | null;
let owns: boolean;
let supervisor: EngineSupervisor;

beforeEach(() => {
  view = ENGINE_STARTS;
  connections = [];
  restarts = 0;
  pythonPorts = 0;
  models = 0;
  clock = 0;
  restartFails = null;
  owns = true;
  supervisor = new EngineSupervisor({
    connect: () => {
      const connection = new ScriptedConnection();
      connections.push(connection);
      return Promise.resolve(connection);
    },
    restart: () => {
      restarts += 1;
      // What crosses here is an error of the bridge: it has the fields of a wire error.
      return restartFails === null
        ? Promise.resolve()
        : Promise.reject(Object.assign(new Error(), restartFails));
    },
    owns: () => owns,
    onRestarted: () => {
      pythonPorts += 1;
    },
    dispatch: (action) => {
      view = reduceEngine(view, action);
    },
    onModels: () => {
      models += 1;
    },
    device: "auto",
    now: () => clock,
  });
});

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function current(): ScriptedConnection {
  const connection = connections.at(-1);
  if (connection === undefined) throw new Error("Nothing has connected.");
  return connection;
}

async function loaded(): Promise<void> {
  current().greet();
  await settle();
  current().loads.at(-1)?.succeed();
  await settle();
}

describe("a start", () => {
  it("loads the model once the worker has greeted, and asks for the catalogue", async () => {
    supervisor.start(DEMO);
    await settle();
    expect(current().loads).toEqual([]);
    await loaded();
    expect(view).toMatchObject({ kind: "ready", model: { id: DEMO } });
    expect(models).toBe(1);
  });

  it("that is refused is a failure with the reason", async () => {
    supervisor.start(DEMO);
    const error = { code: "protocol_mismatch", message: "Different versions." } as const;
    current().refuse(error);
    await settle();
    expect(view).toMatchObject({ kind: "failed", error });
  });
});

describe("a death", () => {
  it("starts another worker, gives Python a port to it and loads the same model", async () => {
    supervisor.start(DEMO);
    await loaded();
    current().die(DIED);
    await settle();
    expect([restarts, connections.length]).toEqual([1, 2]);
    expect(connections[0]?.isClosed).toBe(true);
    await loaded();
    expect(pythonPorts).toBe(1);
    expect(current().loads.map((load) => load.model)).toEqual([DEMO]);
    expect(view.kind).toBe("ready");
  });

  it("of the device is the engine's own to recover from: what it cannot bring back, a person may", async () => {
    supervisor.start(DEMO);
    await loaded();
    current().tell({ type: "lost", model: DEMO, error: { code: "device_lost", message: "Gone." } });
    await settle();
    expect(restarts).toBe(0);
    expect(view).toMatchObject({ kind: "failed", error: { code: "device_lost" } });
  });

  it("of an engine in another tab is not counted, and its model is that tab's to load", async () => {
    owns = false;
    supervisor.start(DEMO);
    for (let deaths = 0; deaths < 6; deaths += 1) {
      await settle();
      current().greet();
      await settle();
      current().tell({ type: "ready", model: LOADED, queued: 0 });
      await settle();
      expect(current().loads).toEqual([]);
      expect(view.kind).toBe("ready");
      current().die(DIED);
      await settle();
    }
    expect([restarts, pythonPorts]).toEqual([6, 5]);
  });

  it("of the tab that had the engine lets this one load what was loaded there", async () => {
    owns = false;
    supervisor.start(DEMO);
    await settle();
    current().greet();
    await settle();
    current().tell({ type: "ready", model: { ...LOADED, id: "other" }, queued: 0 });
    current().die(DIED);
    owns = true;
    await settle();
    current().greet();
    await settle();
    expect(current().loads.map((load) => load.model)).toEqual(["other"]);
  });

  it("that comes again and again is given up, until somebody asks", async () => {
    supervisor.start(DEMO);
    for (let deaths = 0; deaths < 4; deaths += 1) {
      await loaded();
      current().die(DIED);
      await settle();
    }
    expect(restarts).toBe(3);
    expect(view).toMatchObject({ kind: "failed", error: { code: "worker_died" } });
    await supervisor.restart();
    await loaded();
    expect(view.kind).toBe("ready");
  });

  it("now and then is not given up", async () => {
    supervisor.start(DEMO);
    for (let deaths = 0; deaths < 6; deaths += 1) {
      clock += 10 * 60_000;
      await loaded();
      current().die(DIED);
      await settle();
    }
    expect(restarts).toBe(6);
  });

  it.each(["protocol_mismatch", "unsupported"] as const)(
    "that no other worker would escape (%s) is not answered by a restart",
    async (code) => {
      supervisor.start(DEMO);
      current().die({ code, message: "Different versions." });
      await settle();
      expect(restarts).toBe(0);
      expect(view).toMatchObject({ kind: "failed", error: { code, message: "Different versions." } });
    },
  );

  it("after which the frame stays silent is a failure with the reason", async () => {
    supervisor.start(DEMO);
    await loaded();
    restartFails = { code: "timeout", message: "The engine's frame did not answer." };
    current().die(DIED);
    await settle();
    expect(view).toMatchObject({ kind: "failed", error: { code: "timeout" } });
  });
});

it("gives Python its port to a new worker only behind the load", async () => {
  supervisor.start(DEMO);
  await loaded();
  current().die(DIED);
  await settle();
  expect(pythonPorts).toBe(0);
  current().greet();
  await settle();
  expect([current().loads.length, pythonPorts]).toEqual([1, 1]);
});

describe("another model", () => {
  it("takes the place of the one that is on its way, whose events are no news any more", async () => {
    supervisor.start(DEMO);
    current().greet();
    await settle();
    supervisor.load("other");
    const [first, second] = current().loads;
    expect(first?.cancelled).toBe(true);
    first?.send([{ type: "failure", error: { code: "aborted", message: "Cancelled." } }]);
    await settle();
    expect(view).toMatchObject({ kind: "loading", model: "other" });
    second?.succeed();
    await settle();
    expect(view).toMatchObject({ kind: "ready", model: { id: "other" } });
  });

  it("is the one that comes back after a death", async () => {
    supervisor.start(DEMO);
    await loaded();
    supervisor.load("other");
    current().die(DIED);
    await settle();
    await loaded();
    expect(view).toMatchObject({ kind: "ready", model: { id: "other" } });
  });
});
