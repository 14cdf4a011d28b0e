/** The script of fetch.html: opens a frame of an opaque origin for one address, which reaches that site alone. */
import scripts from "virtual:sandbox-scripts";
import type { ReadAddress } from "./messages";
import { openOpaqueFrame } from "./opaque-frame";
import { fetchFramePolicy } from "./policies";

window.addEventListener("message", (event: MessageEvent<ReadAddress>) => {
  const [port] = event.ports;
  if (event.source !== window.parent || event.origin !== window.location.origin || port === undefined) return;
  event.data.type satisfies "read";
  const policy = fetchFramePolicy(new URL(event.data.url).origin);
  openOpaqueFrame({ script: scripts.fetch.script, policy }, event.data, [port]);
});
