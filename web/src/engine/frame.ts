/** The script of engine.html: keeps one engine worker and hands it the ports that the page sends. */
import parts from "virtual:site-parts";
import { startSealedWorker } from "../bridge/sealed-worker";
import { EngineWorker } from "../page/engine-worker";
import type { Restarted, ToFrame } from "./frame-messages";
import { roomSettings } from "./room-settings";
import { type SiteUrls, siteUrls } from "./site";
import workerUrl from "./worker.ts?worker&url";

const startWorker = (): EngineWorker<SiteUrls> =>
  new EngineWorker({
    spawn: () => startSealedWorker(new URL(workerUrl, import.meta.url), "engine"),
    sources: siteUrls(document.baseURI, parts),
    settings: roomSettings(window.location.search),
  });

let life = startWorker();

window.addEventListener("message", (event: MessageEvent<ToFrame>) => {
  const [port] = event.ports;
  if (event.source !== window.parent || event.origin !== window.location.origin || port === undefined) return;
  if (event.data.type === "connect") {
    life.connect(port);
    return;
  }
  event.data.type satisfies "restart";
  life.end();
  life = startWorker();
  const restarted: Restarted = { type: "restarted" };
  port.postMessage(restarted);
});
