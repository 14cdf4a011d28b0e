/**
 * Files by the hash of their content. What is in here has been verified; what two versions share is stored once. A file
 * that hosts send packed is kept unpacked, under the hash of what came: it is read at every start.
 */
import { OfflineError } from "./fault";
import { mayHoldCode } from "./kept-code";
import type { OfflineFile } from "./manifest";
import { contentKey } from "./names";
import { isPacked, unpack } from "./unpack";

export interface ContentStoreOptions {
  /** URL of the site's root. */
  scope: string;
  /** Name of the cache. */
  name: string;
  caches: Pick<CacheStorage, "open">;
  fetch: (request: Request) => Promise<Response>;
  digest: (content: BufferSource) => Promise<ArrayBuffer>;
}

/** Headers that speak of one transfer, and not of the content. */
const OF_THE_TRANSFER = [
  ...["accept-ranges", "age", "cache-control", "connection", "content-encoding", "content-length", "date"],
  ...["etag", "expires", "keep-alive", "last-modified", "server", "transfer-encoding", "vary"],
];

export class ContentStore {
  constructor(private readonly options: ContentStoreOptions) {}

  /** Those of `files` whose content is not here, one for each content. */
  async missing(files: readonly OfflineFile[]): Promise<OfflineFile[]> {
    const present = await this.hashes();
    const wanted = new Map(files.map((file) => [file.sha256, file]));
    return [...wanted.values()].filter(({ sha256 }) => !present.has(sha256));
  }

  /** A fresh response with the content; undefined where it is not here. */
  async match(sha256: string): Promise<Response | undefined> {
    return (await this.cache()).match(this.keyOf(sha256));
  }

  /**
   * Fetch a file, verify it and keep it. `onBytes` hears of every piece that arrives, and of a negative amount when
   * what has arrived is thrown away. Rejects with an `OfflineError`, or with the reason of `signal`.
   */
  async add(file: OfflineFile, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void> {
    // A host may let the browser keep old copies: first ask it whether they still hold, then ask past them.
    const first = await this.download(file, "no-cache", signal, onBytes);
    const loaded = (await this.isGenuine(file, first.content))
      ? first
      : await this.downloadAfresh(file, first.content.length, signal, onBytes);
    await this.keep(file, isPacked(file.path) ? await unpacked(file, loaded, signal) : loaded);
  }

  /** Drop every content that `keep` does not name. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    const cache = await this.cache();
    const superfluous = [...(await this.hashes())].filter((sha256) => !keep.has(sha256));
    await Promise.all(superfluous.map((sha256) => cache.delete(this.keyOf(sha256))));
  }

  private async downloadAfresh(
    file: OfflineFile,
    wasted: number,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Download> {
    onBytes(-wasted);
    const again = await this.download(file, "reload", signal, onBytes);
    if (!(await this.isGenuine(file, again.content))) {
      throw new OfflineError({ code: "hash_mismatch", path: file.path });
    }
    return again;
  }

  private async download(
    file: OfflineFile,
    cache: RequestCache,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Download> {
    const request = new Request(new URL(file.path, this.options.scope), { cache, signal });
    try {
      const response = await this.options.fetch(request);
      if (!response.ok) {
        throw new OfflineError({ code: "file_missing", path: file.path, status: response.status });
      }
      const genuine = mayHoldCode(response, request.url) ? response.clone() : undefined;
      return { content: await readWhole(response, onBytes), headers: response.headers, genuine };
    } catch (error) {
      if (error instanceof OfflineError || signal.aborted) throw error;
      throw new OfflineError({ code: "network", path: file.path }, { cause: error });
    }
  }

  private async isGenuine(file: OfflineFile, content: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (content.length !== file.bytes) return false;
    return hex(await this.options.digest(content)) === file.sha256;
  }

  private async keep(file: OfflineFile, loaded: Download): Promise<void> {
    const { genuine = withoutTransfer(loaded) } = loaded;
    try {
      await (await this.cache()).put(this.keyOf(file.sha256), genuine);
    } catch (error) {
      const full = error instanceof DOMException && error.name === "QuotaExceededError";
      const { path } = file;
      throw new OfflineError(
        full ? { code: "quota_exceeded", path } : { code: "storage_failed", path, reason: String(error) },
        { cause: error },
      );
    }
  }

  private async hashes(): Promise<Set<string>> {
    const keys = await (await this.cache()).keys();
    return new Set(keys.map(({ url }) => url.slice(url.lastIndexOf("/") + 1)));
  }

  private cache(): Promise<Cache> {
    return this.options.caches.open(this.options.name);
  }

  private keyOf(sha256: string): string {
    return contentKey(this.options.scope, sha256);
  }
}

interface Download {
  content: Uint8Array<ArrayBuffer>;
  headers: Headers;
  /** The response itself, of a file that browsers compile: they keep that beside it. */
  genuine: Response | undefined;
}

function withoutTransfer({ content, headers }: Download): Response {
  const kept = new Headers(headers);
  for (const name of OF_THE_TRANSFER) kept.delete(name);
  kept.set("Content-Length", String(content.length));
  return new Response(content, { headers: kept });
}

async function unpacked({ path }: OfflineFile, loaded: Download, signal: AbortSignal): Promise<Download> {
  try {
    return { ...loaded, content: await unpack(loaded.content, signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new OfflineError({ code: "storage_failed", path, reason: String(error) }, { cause: error });
  }
}

async function readWhole(
  response: Response,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    pieces.push(read.value);
    onBytes(read.value.length);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
