import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { version } from "../../package.json";
import { buildCatalogue } from "../models/catalogue";
import { readDevice } from "../models/device";
import { modelRoom } from "../models/room";
import { weightsRoom } from "../weights/room";
import { askingServices } from "./asking-services";
import { announceCell, type EngineKind, startCell } from "./cell";
import { serveCell } from "./cell-server";
import { diagnoseService } from "./diagnose";
import type { Engine } from "./engine";
import type { FromWorker, ToWorker } from "./frame-messages";
import { EngineHost } from "./host";
import { HEARTBEAT } from "./heartbeat";
import { EngineJournal } from "./journal";
import type { EngineModules } from "./modules";
import { unloadWhenIdle } from "./idle-unload";
import { ladderServices } from "./ladder-room";
import { RemoteEngine } from "./remote-engine";
import { RoomDatabase } from "./room-db";
import { roomServices } from "./room-services";
import type { RoomSettings } from "./room-settings";
import { EngineServer } from "./server";
import { joined } from "./services";
import { WebLLMEngine } from "./webllm";
import { WllamaEngine } from "./wllama";

declare const self: DedicatedWorkerGlobalScope;

const CELL_NAME = "webllm-provider-cell";
const epoch = crypto.randomUUID();
const lock = `webllm-provider-engine-${epoch}`;

/**
 * Makes this worker an engine worker: puts the parts together and opens the door.
 *
 * `modulesFor` turns the sources of the first message into the ways to the engines. They come from whoever started
 * the worker, which is of the same build: their shape is between the two. `spawn` starts this same script once more,
 * as the cell of an engine.
 */
export function startEngineWorker(
  modulesFor: (sources: unknown) => EngineModules,
  spawn: (name: string) => Worker,
): void {
  let server: EngineServer | null = null;
  // Only the messages of whoever started this worker: in a cell, what follows the first is for its engine.
  self.addEventListener("message", function receive(event: MessageEvent<ToWorker>) {
    const message = event.data;
    switch (message.type) {
      case "configure": {
        const modules = modulesFor(message.sources);
        const room = compose(modules, engineMaker(modules, spawn, message), message.settings);
        server = room.server;
        void Promise.all([holdLock(), room.ready]).then(() => {
          const started: FromWorker = { type: "started" };
          self.postMessage(started);
        });
        return;
      }
      case "connect":
        for (const port of event.ports) server?.accept(port);
        return;
      case "cell":
        self.removeEventListener("message", receive);
        serveCell(self, localEngine(message.kind, modulesFor(message.sources)));
        void announceCell(self, message.lock, navigator.locks);
        return;
    }
  });
}

type EngineMaker = (kind: EngineKind) => Engine;

/** An engine in this very scope. */
function localEngine(kind: EngineKind, modules: EngineModules): Engine {
  return kind === "webllm" ? new WebLLMEngine(modules) : new WllamaEngine(modules);
}

/** Each engine gets a cell of its own; where workers cannot start workers it shares this scope. */
function engineMaker(
  modules: EngineModules,
  spawn: (name: string) => Worker,
  { sources, settings }: Extract<ToWorker, { type: "configure" }>,
): EngineMaker {
  if (typeof Worker === "undefined") return (kind) => localEngine(kind, modules);
  const options = { spawn: () => spawn(CELL_NAME), sources, locks: navigator.locks };
  const limits = { ...HEARTBEAT, ...settings?.heartbeat };
  return (kind) => new RemoteEngine(() => startCell(kind, options), limits);
}

function compose(
  modules: EngineModules,
  makeEngine: EngineMaker,
  settings: RoomSettings | undefined,
): { server: EngineServer; ready: Promise<void> } {
  const journal = new EngineJournal();
  const database = new RoomDatabase();
  // The room lives as long as its worker.
  const { signal } = new AbortController();
  const models = modelRoom({
    catalogue: buildCatalogue(modules.demo, demo, [...prebuilt, ...(modules.models ?? [])]),
    database,
    journal,
    device: () => readDevice(navigator),
    stored: () => files.weights.summary(),
    signal,
  });
  const files = weightsRoom({ ...models, journal, signal });
  const host = new EngineHost({
    catalogue: models.catalogue,
    prepare: files.prepare,
    smaller: models.smaller,
    mayShareGpu: ({ plan }, incoming) => models.mayShareGpu(plan.entry.record, incoming.entry.record),
    choose: async (entry, device) => {
      const placement = await models.choose(entry, device);
      return {
        device: placement,
        create: () => makeEngine(placement === "webgpu" ? "webllm" : "wllama"),
      };
    },
    journal,
  });
  const services = joined(
    roomServices(host),
    models.services,
    files.services,
    ladderServices({ host, ...models, journal, signal }),
    askingServices(host, journal, database, modules.batchLimit),
  );
  const versions = (): Record<string, string> => ({ package: version, ...modules.versions });
  const diagnosis = diagnoseService({ journal, host, versions, scope: navigator, others: services });
  unloadWhenIdle(host, settings?.idleUnloadMs, signal);
  const server = new EngineServer(host, { epoch, lock }, joined(services, diagnosis));
  return { server, ready: models.restored };
}

/** Resolves once this worker holds its lock, which it lets go only by dying. */
function holdLock(): Promise<void> {
  return new Promise((held, failed) => {
    navigator.locks
      .request(lock, () => {
        held();
        return new Promise<never>(() => undefined);
      })
      .catch(failed);
  });
}
