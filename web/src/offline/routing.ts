/** Which requests the service worker answers. Everything else it leaves alone. */
import type { OfflineManifest } from "./manifest";

export type Route =
  /** Not ours: the browser goes on as if there were no service worker. */
  | { kind: "pass" }
  /** A file of the current build. */
  | { kind: "content"; sha256: string }
  /** A path that the current build does not have, where earlier builds keep their files. */
  | { kind: "earlier"; path: string }
  /** A request that a program makes of the API: Python answers it, in the tab that leads. */
  | { kind: "api"; path: string }
  /** The address that servers give the application. */
  | { kind: "application" };

/** Folders in which every name carries a hash: an open page of an earlier build may ask for something there. */
const IMMUTABLE = /^(?:assets|parts)\//;
/** Where the API lies below the site's root, as it does on servers. */
const API = /^(?:v1|webllm\/api|api\/webllm)(?:\/|$)|^openapi\.json$/;
const APPLICATION = /^webllm\/?$/;
const SHELL = "index.html";

/** Whether a path below the site's root is one of the API's. */
export const isApiPath = (path: string): boolean => API.test(path);

export type RoutableRequest = Pick<Request, "method" | "mode" | "url" | "headers">;

export class Routing {
  private readonly hashes: ReadonlyMap<string, string>;

  /** `scope` is the URL of the site's root. */
  constructor(
    private readonly scope: string,
    manifest: OfflineManifest,
  ) {
    this.hashes = new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]));
  }

  routeOf({ method, mode, url, headers }: RoutableRequest): Route {
    const path = this.pathOf(url);
    if (path === undefined) return { kind: "pass" };
    // A form of a foreign page comes as a navigation with a body, and such have no say here.
    if (isApiPath(path) && (mode !== "navigate" || method === "GET")) return { kind: "api", path };
    // A part of a file is the network's business: a cache holds files whole.
    if (method !== "GET" || headers.has("range")) return { kind: "pass" };
    // The root is the application, with any query. Other folders may hold documents of somebody else.
    const wanted = path === "" && mode === "navigate" ? SHELL : path;
    const sha256 = this.hashes.get(wanted);
    if (sha256 !== undefined) return { kind: "content", sha256 };
    if (mode === "navigate" && APPLICATION.test(path)) return { kind: "application" };
    return IMMUTABLE.test(wanted) ? { kind: "earlier", path: wanted } : { kind: "pass" };
  }

  /** The path below the site's root, without query, as the manifest writes it. */
  private pathOf(url: string): string | undefined {
    const { origin, pathname } = new URL(url);
    const root = new URL(this.scope);
    if (origin !== root.origin || !pathname.startsWith(root.pathname)) return undefined;
    try {
      return decodeURIComponent(pathname.slice(root.pathname.length));
    } catch {
      return undefined;
    }
  }
}
