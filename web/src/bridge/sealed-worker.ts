import { trustedScripts } from "./trusted-script";

/** The stubs that this module has made and not taken back yet. */
const stubs = new Set<string>();
const trusted = trustedScripts("webllm-provider-workers", (address) => stubs.has(address));

/**
 * Starts a module worker under this document's content security policy.
 *
 * A worker loaded by URL has the policy of its own response, which a plain static host does not send. One
 * started from a Blob inherits the policy of the document; the stub does nothing but import the real script.
 */
export function startSealedWorker(script: URL, name: string): Worker {
  const stub = new Blob([stubOf(script)], { type: "text/javascript" });
  const address = URL.createObjectURL(stub);
  stubs.add(address);
  try {
    return new Worker(trusted(address), { type: "module", name });
  } finally {
    stubs.delete(address);
    // The fetch of a worker's script keeps the Blob that its URL named when it began.
    URL.revokeObjectURL(address);
  }
}

/**
 * Firefox asks no service worker for what such a stub imports by a statement, only for what it imports by a call: with
 * a statement there would be no workers offline. During a call messages arrive already, which are kept until then.
 */
const stubOf = (script: URL): string => `
  const early = [];
  const keep = (event) => early.push(event);
  addEventListener("message", keep);
  import(${JSON.stringify(script.href)}).then(
    () => {
      removeEventListener("message", keep);
      for (const { data, ports } of early) dispatchEvent(new MessageEvent("message", { data, ports }));
    },
    // As an error of the worker, which whoever started it hears.
    (error) => setTimeout(() => { throw error; }),
  );`;
