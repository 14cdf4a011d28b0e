/**
 * The engine room in a service worker: the model stays loaded while the page is loaded anew, for as long as the
 * browser keeps the worker.
 *
 * Such a worker can start no other, so that the engine shares its scope, and llama.cpp, which needs workers of its
 * own, cannot run; it has no `import()`, so that the engine is part of the script; and no address can be made of a
 * Blob, so that models are neither exported nor imported here.
 */
import * as webllm from "@mlc-ai/web-llm";
import { version } from "@mlc-ai/web-llm/package.json";
import parts from "virtual:site-parts";
import { failure } from "./errors";
import type { EngineModules } from "./modules";
import { localEngine, openRoom, type Room } from "./room";
import type { HostEnded, ToHost } from "./service-host-messages";
import { siteUrls } from "./site";

declare const self: ServiceWorkerGlobalScope;

const { demo } = siteUrls(new URL("./", self.location.href).href, parts);

const noCpu = (): Promise<never> =>
  Promise.reject(
    failure(
      "unsupported",
      "The CPU engine does not run in a service worker, which cannot start workers of its own.",
      "Open the page without `host=service-worker`, or load the model on WebGPU.",
    ),
  );

const modules: EngineModules = {
  webllm: () => Promise.resolve(webllm),
  wllama: noCpu,
  wllamaWasm: noCpu,
  versions: { webllm: version, wllama: "none" },
  demo,
};

let room: Room | null = null;

// A new version takes over at once: pages reach it by its registration, none is controlled by it.
self.addEventListener("install", () => {
  void self.skipWaiting();
});

self.addEventListener("message", (event) => {
  const message = event.data as ToHost;
  switch (message.type) {
    case "connect": {
      const open = (room ??= openRoom(modules, (kind) => localEngine(kind, modules), message.settings));
      event.waitUntil(
        open.ready.then(() => {
          for (const port of event.ports) open.accept(port);
        }),
      );
      return;
    }
    case "keep":
      // An event is all it takes: the browser ends a worker that has none for half a minute.
      return;
    case "end": {
      const meant = room?.epoch === message.epoch ? room : null;
      if (meant !== null) room = null;
      const ending = meant?.end() ?? Promise.resolve();
      const ended: HostEnded = { type: "ended" };
      event.waitUntil(
        ending.finally(() => {
          event.ports[0]?.postMessage(ended);
        }),
      );
      return;
    }
  }
});
