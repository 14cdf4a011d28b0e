/** The page's part in the API: takes the service worker's requests, as the leader, and hands them to Python. */
import type { ApiAsked, FromApi } from "../protocol/api-exchange";

export interface ApiRelayOptions {
  container: Pick<ServiceWorkerContainer, "addEventListener" | "startMessages">;
  /** Address of the site's service worker script: an origin may have others. */
  script: string;
  /** Whether the engine runs in this tab. */
  leads: () => boolean;
  /** Hands a port to Python; false where there is none. */
  serve: (port: MessagePort) => boolean;
}

export function relayApi({ container, script, leads, serve }: ApiRelayOptions): void {
  container.addEventListener("message", (event) => {
    const { data, source, ports } = event as MessageEvent<ApiAsked | { type: "" }>;
    const [port] = ports;
    if (data.type !== "api_asked" || port === undefined) return;
    if (source === null || !("scriptURL" in source) || source.scriptURL !== script) return;
    const refuse = (reason: "follows" | "failed"): void => {
      port.postMessage({ type: "refused", reason } satisfies FromApi);
      port.close();
    };
    if (!leads()) refuse("follows");
    else if (!serve(port)) refuse("failed");
  });
  container.startMessages();
}
