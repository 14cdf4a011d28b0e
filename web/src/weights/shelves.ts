/** Whole files, where their engine looks for them: WebLLM's caches, or our own folder. */
import type { FileStore } from "./file-store";
import type { ModelFile, Place } from "./files";
import { fileNameOf, type Ledger } from "./ledger";

/** What WebLLM names its caches. */
type WebLLMCache = Extract<Place, `webllm/${string}`>;

type Shelved = Pick<ModelFile, "url" | "place">;

export class Shelves {
  constructor(
    private readonly caches: Pick<CacheStorage, "open" | "has"> | undefined,
    private readonly files: FileStore,
  ) {}

  /** The whole content of a file; undefined where it is not here. */
  async content(file: Shelved, ledger: Ledger): Promise<Blob | undefined> {
    if (file.place === "own") {
      if (ledger.entry(file.url)?.whole !== true) return undefined;
      return this.files.read(ledger.folder, await fileNameOf(file));
    }
    return (await (await this.cache(file.place))?.match(file.url))?.blob();
  }

  /** How large the file that lies here is; null where it does not lie here. */
  async size(file: Shelved, ledger: Ledger): Promise<number | null> {
    if (file.place === "own") return (await this.content(file, ledger))?.size ?? null;
    const response = await (await this.cache(file.place))?.match(file.url);
    if (response === undefined) return null;
    return declaredSize(response) ?? (await response.blob()).size;
  }

  /** Takes a whole file to where its engine finds it. */
  async put(file: Shelved, content: Blob): Promise<void> {
    if (file.place === "own") return;
    const headers = { "Content-Type": "application/octet-stream", "Content-Length": String(content.size) };
    await (await this.caches?.open(file.place))?.put(file.url, new Response(content, { headers }));
  }

  async remove(file: Shelved, ledger: Ledger): Promise<void> {
    if (file.place === "own") await this.files.remove(ledger.folder, await fileNameOf(file));
    else await (await this.cache(file.place))?.delete(file.url);
  }

  /** The URLs in one of WebLLM's caches. */
  async keys(place: WebLLMCache): Promise<string[]> {
    const requests = await (await this.cache(place))?.keys();
    return (requests ?? []).map(({ url }) => url);
  }

  /** Undefined where there is none: to open it would make an empty one. */
  private async cache(place: Exclude<Place, "own">): Promise<Cache | undefined> {
    return (await this.caches?.has(place)) === true ? this.caches?.open(place) : undefined;
  }
}

/** A compressed transfer has another length than what came out of it. */
function declaredSize({ headers }: Response): number | null {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? null : Number(length);
}
