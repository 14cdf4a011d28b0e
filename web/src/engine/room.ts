/** One engine room: puts its parts together and opens the door. It knows nothing of the worker that it stands in. */
import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { version } from "../../package.json";
import { buildCatalogue } from "../models/catalogue";
import { readDevice } from "../models/device";
import { modelRoom } from "../models/room";
import { weightsRoom } from "../weights/room";
import { askingServices } from "./asking-services";
import type { EngineKind } from "./cell";
import { diagnoseService } from "./diagnose";
import type { Engine } from "./engine";
import { EngineHost } from "./host";
import { EngineJournal } from "./journal";
import { unloadWhenIdle } from "./idle-unload";
import { ladderServices } from "./ladder-room";
import { lanesOf } from "./lanes";
import type { EngineModules } from "./modules";
import { RoomDatabase } from "./room-db";
import { roomServices } from "./room-services";
import type { RoomSettings } from "./room-settings";
import { EngineServer } from "./server";
import { joined } from "./services";
import { WebLLMEngine } from "./webllm";
import { WllamaEngine } from "./wllama";

/** Makes the engine of a kind, wherever that is to run. */
export interface EngineMaker {
  (kind: EngineKind): Engine;
  /** An engine of this kind is needed as soon as its model's files are here. */
  ahead?(kind: EngineKind): void;
}

/** An engine in this very scope. */
export const localEngine = (kind: EngineKind, modules: EngineModules): Engine =>
  kind === "webllm" ? new WebLLMEngine(modules) : new WllamaEngine(modules);

export interface Room {
  /** Names it; no two have the same. */
  readonly epoch: string;
  /** Resolves once it takes ports: clients learn of its end by the lock that it holds from then on. */
  readonly ready: Promise<void>;
  accept(port: MessagePort): void;
  /** Gives the model up and lets go of the lock. A room ends once; a worker that dies ends it as well. */
  end(): Promise<void>;
}

/** Opens a room. */
export function openRoom(
  modules: EngineModules,
  makeEngine: EngineMaker,
  settings: RoomSettings | undefined,
): Room {
  const epoch = crypto.randomUUID();
  const lock = `webllm-provider-engine-${epoch}`;
  const life = new AbortController();
  const { host, server, restored } = compose(modules, makeEngine, settings, { epoch, lock }, life.signal);
  return {
    epoch,
    ready: Promise.all([hold(lock, life.signal), restored]).then(() => undefined),
    accept: (port) => {
      server.accept(port);
    },
    end: () => {
      // First the lock: clients hear of it and take back what they have asked for, so that the engine is free.
      life.abort();
      return host.unload();
    },
  };
}

function compose(
  modules: EngineModules,
  makeEngine: EngineMaker,
  settings: RoomSettings | undefined,
  names: { epoch: string; lock: string },
  signal: AbortSignal,
): { host: EngineHost; server: EngineServer; restored: Promise<void> } {
  const journal = new EngineJournal();
  const database = new RoomDatabase();
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
      const kind = placement === "webgpu" ? "webllm" : "wllama";
      makeEngine.ahead?.(kind);
      const lanes = lanesOf(placement, entry, navigator);
      return { device: placement, lanes, create: () => makeEngine(kind) };
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
  return {
    host,
    server: new EngineServer(host, names, joined(services, diagnosis)),
    restored: models.restored,
  };
}

/** Resolves once the lock is held; it is let go when `signal` aborts, or with the worker's death. */
function hold(lock: string, signal: AbortSignal): Promise<void> {
  return new Promise((held, failed) => {
    navigator.locks
      .request(lock, () => {
        held();
        return new Promise<void>((ended) => {
          signal.addEventListener("abort", () => {
            ended();
          });
        });
      })
      .catch(failed);
  });
}
