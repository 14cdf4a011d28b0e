/** The engine worker: puts the parts together and opens the door. */
import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { buildCatalogue } from "./catalogue";
import { choosePlacement } from "./choose";
import type { FromWorker, ToWorker } from "./frame-messages";
import { EngineHost } from "./host";
import { EngineServer } from "./server";
import type { SiteUrls } from "./site";
import { WebLLMEngine } from "./webllm";
import { WllamaEngine } from "./wllama";

declare const self: DedicatedWorkerGlobalScope;

const epoch = crypto.randomUUID();
const lock = `webllm-provider-engine-${epoch}`;
let server: EngineServer | null = null;

function compose(site: SiteUrls): EngineServer {
  const host = new EngineHost({
    catalogue: buildCatalogue(site, demo, prebuilt),
    choose: async (entry, device) => {
      const placement = await choosePlacement(entry, device, navigator.gpu);
      return {
        device: placement,
        create: () => (placement === "webgpu" ? new WebLLMEngine(die) : new WllamaEngine(site.wllamaWasm)),
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

self.addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.type === "configure") {
    server = compose(message.site);
    void holdLock().then(() => {
      const started: FromWorker = { type: "started" };
      self.postMessage(started);
    });
  } else {
    for (const port of event.ports) server?.accept(port);
  }
});
