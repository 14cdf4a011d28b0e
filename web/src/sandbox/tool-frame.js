// Runs in a frame of an opaque origin: starts the disposable worker and passes its words on, as text.
"use strict";
addEventListener(
  "message",
  (event) => {
    const [port] = event.ports;
    const { worker: script, ...run } = event.data;
    /** @param {unknown} words */
    const pass = (words) => port?.postMessage(String(words));
    // A classic one: Chromium starts no module worker from a Blob in an opaque origin.
    const worker = new Worker(trusted(script));
    worker.addEventListener("message", ({ data }) => pass(data));
    worker.addEventListener("error", ({ message }) => {
      pass(
        JSON.stringify({ type: "broken", message: message || "The interpreter's worker could not start." }),
      );
    });
    worker.postMessage(run, Object.values(run.files));
  },
  { once: true },
);

/**
 * The address of a script, as Trusted Types want it where they are on.
 * @param {string} script
 * @returns {string}
 */
function trusted(script) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const factory = Reflect.get(globalThis, "trustedTypes");
  if (factory === undefined) return address;
  /** @param {string} url */
  const createScriptURL = (url) => url;
  return factory.createPolicy("webllm-provider-tool", { createScriptURL }).createScriptURL(address);
}
