/** Who answers for the API: asked anew for each request, because the browser may end this worker between two. */
import type { ApiAsked, FromApi, ToApi } from "../protocol/api-exchange";

export type HostFound =
  | { kind: "found"; port: MessagePort; lock: string }
  /** No page of the site is open, or none that leads. */
  | { kind: "nobody" }
  /** The page that leads has no Python. */
  | { kind: "failed" };

/** Between two askings of all tabs: the leader may have changed since. */
const ASK_AGAIN_MS = 500;
/** For a first sign of any page. */
const SILENT_MS = 3000;
/** For a leader, where pages follow one: it may be about to be found dead. */
const FOLLOWED_MS = 20_000;

/** Asks every page of the site until one accepts. */
export async function findHost(clients: Pick<Clients, "matchAll">, scope: string): Promise<HostFound> {
  const search = new Search();
  const began = performance.now();
  for (;;) {
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const ours = pages.filter(({ url }) => url.startsWith(scope));
    const found = ours.length === 0 ? null : await search.ask(ours);
    if (found !== null) return found;
    const patience = search.heard ? FOLLOWED_MS : SILENT_MS;
    if (ours.length === 0 || performance.now() - began > patience) return { kind: "nobody" };
  }
}

class Search {
  /** Whether any page has said that it follows another. */
  heard = false;

  /** One round; null where nobody leads. */
  ask(pages: readonly Client[]): Promise<HostFound | null> {
    return new Promise((resolve) => {
      let over = false;
      const end = (found: HostFound | null): void => {
        over = true;
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(end, ASK_AGAIN_MS, null);
      for (const page of pages) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<FromApi>) => {
          if (data.type === "accepted" && !over) {
            end({ kind: "found", port: port1, lock: data.lock });
            return;
          }
          port1.postMessage({ type: "leave" } satisfies ToApi);
          port1.close();
          if (data.type !== "refused") return;
          this.heard = true;
          if (data.reason === "failed" && !over) end({ kind: "failed" });
        };
        page.postMessage({ type: "api_asked" } satisfies ApiAsked, [port2]);
      }
    });
  }
}
