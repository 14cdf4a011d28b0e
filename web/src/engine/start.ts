import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { buildCatalogue } from "../models/catalogue";
import { choosePlacement } from "../models/choose";
import type { FromWorker, ToWorker } from "./frame-messages";
import { EngineHost } from "./host";
import type { EngineModules } from "./modules";
import { EngineServer } from "./server";
import { WebLLMEngine } from "./webllm";
import { WllamaEngine } from "./wllama";

declare const self: DedicatedWorkerGlobalScope;

const epoch = crypto.randomUUID();
const lock = `webllm-provider-engine-${epoch}`;

/**
 * Makes this worker an engine worker: puts the parts together and opens the door.
 *
 * `modulesFor` turns the sources of the first message into the ways to the engines. They come from whoever started
 * the worker, which is of the same build: their shape is between the two.
 */
export function startEngineWorker(modulesFor: (sources: unknown) => EngineModules): void {
  let server: EngineServer | null = null;
  self.addEventListener("message", (event: MessageEvent<ToWorker>) => {
    const message = event.data;
    if (message.type === "configure") {
      server = compose(modulesFor(message.sources));
      void holdLock().then(() => {
        const started: FromWorker = { type: "started" };
        self.postMessage(started);
      });
    } else {
      for (const port of event.ports) server?.accept(port);
    }
  });
}

function compose(modules: EngineModules): EngineServer {
  const host = new EngineHost({
    catalogue: buildCatalogue(modules.demo, demo, [...prebuilt, ...(modules.models ?? [])]),
    choose: async (entry, device) => {
      const placement = await choosePlacement(entry, device, navigator.gpu);
      return {
        device: placement,
        create: () => (placement === "webgpu" ? new WebLLMEngine(modules, die) : new WllamaEngine(modules)),
      };
    },
  });
  return new EngineServer(host, { epoch, lock });
}

/** Ends this worker, once what was said has gone out. Its lock tells the rest, and the page starts another. */
function die(): void {
  setTimeout(() => {
    self.close();
  }, 0);
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
