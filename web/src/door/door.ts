/** The door of this site for pages of other origins: in a frame of theirs, or a window that they have opened. */
import { languageFor } from "../app/language";
import { apiText } from "../app/text/api";
import { showConsent } from "./consent";
import type { DoorKnock, DoorReady } from "./messages";
import { OtherOrigins, storageOf } from "./origins";
import { Visitor } from "./visitor";

const scope = new URL("./", document.baseURI).href;
const storage = storageOf(window);
const origins = new OtherOrigins({ scope, storage, changes: window });
/** A window of its own is where a person can decide: a frame's owner could draw something else over the question. */
const alone = window.parent === window;
const opener = (alone ? window.opener : window.parent) as Window | null;
const language = languageFor(navigator.languages);
document.documentElement.lang = language;

window.addEventListener("message", ({ data, origin, source, ports }: MessageEvent<DoorKnock | null>) => {
  const [port] = ports;
  if (source !== opener || data?.type !== "webllm_door_knock" || port === undefined) return;
  // Of an opaque origin nobody can say who it is.
  if (origin === "null") return;
  new Visitor({
    origin,
    port,
    origins,
    scope,
    open: () => storage !== null && navigator.serviceWorker.controller !== null,
    fetch: (url, init) => fetch(url, init),
  });
  if (alone) showConsent({ body: document.body, origin, origins, words: apiText[language].door });
});
opener?.postMessage({ type: "webllm_door_ready" } satisfies DoorReady, "*");
