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
  const stub = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
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
