/** The service worker. Its first line, which the build writes, holds the manifest of this version. */
import type { OfflineManifest } from "../offline/manifest";
import type { ToServiceWorker } from "../offline/messages";
import { Routing } from "../offline/routing";
import { Api } from "./api";
import { Ports } from "./ports";
import { Site } from "./site";

declare const self: ServiceWorkerGlobalScope & { readonly offlineManifest: OfflineManifest };

const scope = self.registration.scope;
const site = new Site(self, self.offlineManifest);
const ports = new Ports(self.clients, scope);
const api = new Api(self, scope);
const routing = new Routing(scope, self.offlineManifest);

// Store the shell, and all the rest where the version before had it: all or nothing.
self.addEventListener("install", (event) => {
  event.waitUntil(site.install());
});

// Take over. Nobody gets here behind the user's back: a page asks for it, or no page of the site was open.
self.addEventListener("activate", (event) => {
  event.waitUntil(site.activate());
});

self.addEventListener("message", (event) => {
  const message = event.data as ToServiceWorker;
  switch (message.type) {
    case "describe":
      event.ports[0]?.postMessage(site.describe());
      break;
    case "activate":
      event.waitUntil(self.skipWaiting());
      break;
    case "engine_wanted":
      event.waitUntil(ports.ask(message, event.source));
      break;
    case "engine_offered":
      event.waitUntil(ports.give(message, event.ports));
      break;
  }
});

// Answer what belongs to this version or to one whose pages are still open; leave the rest alone.
self.addEventListener("fetch", (event) => {
  const route = routing.routeOf(event.request);
  switch (route.kind) {
    case "pass":
      break;
    case "content":
      event.respondWith(site.answer(event.request, route.sha256));
      break;
    case "earlier":
      event.respondWith(site.answerEarlier(event.request, route.path));
      break;
    case "api":
      // Nothing waits for the end of a stream: what is held open so is ended after minutes.
      event.respondWith(api.answer(event.request, event.clientId, route.path));
      break;
    case "application":
      event.respondWith(Response.redirect(scope));
      break;
  }
});
