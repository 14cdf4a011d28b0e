import { PROTOCOL } from "../../protocol/wire";
/** A host in memory: files by path, and what can go wrong with each. */
import { createHash } from "node:crypto";
import type { OfflineFile, OfflineManifest, OfflinePart } from "../manifest";

export const SCOPE = "https://example.test/some/repo/";

export type Answer = string | { status: number } | Error | ((request: Request) => Promise<Response>);

export class MemoryHost {
  readonly requested: { path: string; cache: RequestCache }[] = [];

  constructor(readonly files: Record<string, Answer>) {}

  readonly fetch = async (request: Request): Promise<Response> => {
    const path = request.url.slice(SCOPE.length);
    this.requested.push({ path, cache: request.cache });
    request.signal.throwIfAborted();
    const answer = this.files[path] ?? { status: 404 };
    if (answer instanceof Error) throw answer;
    if (typeof answer === "function") return answer(request);
    if (typeof answer === "object") return new Response("no", answer);
    return new Response(answer, {
      headers: { "Content-Type": "text/plain", "Content-Encoding": "gzip", Vary: "*" },
    });
  };

  get paths(): string[] {
    return this.requested.map(({ path }) => path);
  }
}

export function file(path: string, content: string, part: OfflinePart = "shell"): OfflineFile {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { path, sha256, bytes: Buffer.byteLength(content), part };
}

export function manifestOf(build: string, ...files: OfflineFile[]): OfflineManifest {
  return { build, version: `1.0.${build}`, protocol: PROTOCOL, files };
}

/** A response as a network gives it: it knows its URL, which no program can write into one. */
export function came(
  url: string,
  content: string,
  init: ResponseInit & { redirected?: boolean } = {},
): Response {
  const { redirected = false, ...given } = init;
  return known(new Response(content, given), url, redirected);
}

function known(response: Response, url: string, redirected: boolean): Response {
  const clone = (): Response => known(Response.prototype.clone.call(response), url, redirected);
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: clone },
  });
}
