/** Talking to a service worker of ours. An origin may hold others, whose word is not for this page. */
import type { OfflineManifest } from "../offline/manifest";
import { trustedScripts, type TrustScript } from "../bridge/trusted-script";
import type { Description, ToServiceWorker } from "../offline/messages";

/** The address of this site's service worker, whichever version it is of. */
export const scriptOf = (scope: string): string => new URL("sw.js", scope).href;

/** The same, as `register` asks for it where Trusted Types are on. */
export const registrableScriptOf = (scope: string): string => {
  trusted ??= trustedScripts("webllm-provider-service-worker", isOwnScript);
  return trusted(scriptOf(scope));
};

let trusted: TrustScript | null = null;
// Of another origin the browser takes none anyway.
const isOwnScript = (address: string): boolean => new URL(address).pathname.endsWith("/sw.js");

export function say(worker: ServiceWorker, message: ToServiceWorker, ...ports: MessagePort[]): void {
  worker.postMessage(message, ports);
}

/** What a worker's version is made of. Null where there is no worker, or `signal` aborts before it answers. */
export async function manifestOf(
  worker: ServiceWorker | null,
  signal: AbortSignal,
): Promise<OfflineManifest | null> {
  if (worker === null) return null;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Description>) => {
      port1.close();
      resolve(data.manifest);
    };
    signal.addEventListener("abort", () => {
      port1.close();
      resolve(null);
    });
    say(worker, { type: "describe" }, port2);
  });
}

/** True once there is an active worker; false where its installation failed, which it says itself. */
export async function becomesActive(registration: ServiceWorkerRegistration): Promise<boolean> {
  if (registration.active !== null) return true;
  const worker = registration.waiting ?? registration.installing;
  if (worker === null) return false;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activating" || worker.state === "activated") resolve(true);
      if (worker.state === "redundant") resolve(false);
    });
  });
}
