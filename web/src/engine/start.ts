import { announceCell, type EngineKind, startCell } from "./cell";
import { serveCell } from "./cell-server";
import type { Engine } from "./engine";
import type { FromWorker, ToWorker } from "./frame-messages";
import { HEARTBEAT } from "./heartbeat";
import type { EngineModules } from "./modules";
import { RemoteEngine } from "./remote-engine";
import { type EngineMaker, localEngine, openRoom, type Room } from "./room";
import { SpareCell } from "./spare-cell";

declare const self: DedicatedWorkerGlobalScope;

const CELL_NAME = "webllm-provider-cell";

/**
 * Makes this worker an engine worker: a room, or a cell beneath one.
 *
 * `modulesFor` turns the sources of the first message into the ways to the engines. They come from whoever started
 * the worker, which is of the same build: their shape is between the two. `spawn` starts this same script once more,
 * as the cell of an engine.
 */
export function startEngineWorker(
  modulesFor: (sources: unknown) => EngineModules,
  spawn: (name: string) => Worker,
): void {
  let room: Room | null = null;
  // Only the messages of whoever started this worker: in a cell, what follows the first is for its engine.
  self.addEventListener("message", function receive(event: MessageEvent<ToWorker>) {
    const message = event.data;
    switch (message.type) {
      case "configure": {
        const modules = modulesFor(message.sources);
        room = openRoom(modules, engineMaker(modules, spawn, message), message.settings);
        void room.ready.then(() => {
          const started: FromWorker = { type: "started" };
          self.postMessage(started);
        });
        return;
      }
      case "connect":
        for (const port of event.ports) room?.accept(port);
        return;
      case "ahead":
        modulesFor(message.sources).ahead?.(message.kind);
        return;
      case "cell":
        self.removeEventListener("message", receive);
        serveCell(self, localEngine(message.kind, modulesFor(message.sources)));
        void announceCell(self, message.lock, navigator.locks);
        return;
    }
  });
}

/** Each engine gets a cell of its own; where workers cannot start workers it shares this scope. */
function engineMaker(
  modules: EngineModules,
  spawn: (name: string) => Worker,
  { sources, settings }: Extract<ToWorker, { type: "configure" }>,
): EngineMaker {
  if (typeof Worker === "undefined") return (kind) => localEngine(kind, modules);
  const cells = new SpareCell(() => spawn(CELL_NAME));
  const options = { spawn: () => cells.take(), sources, locks: navigator.locks };
  const limits = { ...HEARTBEAT, ...settings?.heartbeat };
  const make = (kind: EngineKind): Engine => new RemoteEngine(() => startCell(kind, options), limits);
  const ahead = (kind: EngineKind): void => {
    const message: ToWorker = { type: "ahead", kind, sources };
    cells.tell(message);
  };
  return Object.assign(make, { ahead });
}
