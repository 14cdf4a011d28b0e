import { createHash, webcrypto } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ContentStore } from "./content-store";
import { OfflineError } from "./fault";
import { fill } from "./fill";
import type { OfflineFile } from "./manifest";
import { came, file, MemoryHost, SCOPE, type Answer } from "./testing/host";
import { MemoryCaches } from "./testing/memory-caches";

const NAME = "ours";
const { signal } = new AbortController();
let caches: MemoryCaches;

beforeEach(() => {
  caches = new MemoryCaches();
});

function storeOn(host: MemoryHost): ContentStore {
  return new ContentStore({
    scope: SCOPE,
    name: NAME,
    caches,
    fetch: host.fetch,
    digest: (content) => webcrypto.subtle.digest("SHA-256", content),
  });
}

const A = file("assets/a.js", "content of a");
const B = file("parts/demo-1/b.bin", "content of b", "demo");

async function faultOf(attempt: Promise<unknown>): Promise<unknown> {
  const error: unknown = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof OfflineError ? error.fault : error;
}

it("keeps a genuine file with its type, and without what spoke of the transfer", async () => {
  const store = storeOn(new MemoryHost({ [A.path]: "content of a" }));
  await store.add(A, signal, () => undefined);
  const kept = await store.match(A.sha256);
  expect(await kept?.text()).toBe("content of a");
  expect(Object.fromEntries(kept?.headers ?? [])).toEqual({
    "content-type": "text/plain",
    "content-length": "12",
  });
});

it("keeps a file that browsers compile as it came, under the URL beside which they keep its code", async () => {
  const url = `${SCOPE}${A.path}`;
  const store = storeOn(new MemoryHost({ [A.path]: () => Promise.resolve(came(url, "content of a")) }));
  await store.add(A, signal, () => undefined);
  const kept = await store.match(A.sha256);
  expect(kept?.url).toBe(url);
  expect(await kept?.text()).toBe("content of a");
  expect(caches.keys(NAME)).toEqual([`${SCOPE}content/${A.sha256}`]);
});

describe("a file that hosts send packed", () => {
  const MEMORY = Buffer.alloc(300_000, "what Python remembers ");

  function hosted(content: Buffer<ArrayBuffer>): { store: ContentStore; file: OfflineFile } {
    const path = "parts/a.bin.gz";
    const sha256 = createHash("sha256").update(content).digest("hex");
    const store = storeOn(new MemoryHost({ [path]: () => Promise.resolve(new Response(content)) }));
    return { store, file: { path, sha256, bytes: content.length, part: "python" } };
  }

  it("is kept unpacked, under the hash of what came, without waiting for timers that a hidden page gets late", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const { store, file } = hosted(gzipSync(MEMORY, { level: 0 }));
      await store.add(file, signal, () => undefined);
      const kept = await store.match(file.sha256);
      expect(kept?.headers.get("content-length")).toBe(String(MEMORY.length));
      expect(Buffer.from((await kept?.arrayBuffer()) ?? new ArrayBuffer()).equals(MEMORY)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is not kept where it cannot be unpacked, and is named", async () => {
    const { store, file } = hosted(Buffer.from("no gzip"));
    const fault = await faultOf(store.add(file, signal, () => undefined));
    expect(fault).toMatchObject({ code: "storage_failed", path: file.path });
    expect(await store.missing([file])).toEqual([file]);
  });

  it("is no longer unpacked once nobody wants it", async () => {
    const life = new AbortController();
    const { store, file } = hosted(gzipSync(MEMORY, { level: 0 }));
    const added = store.add(file, life.signal, () => {
      // All of it has come: what follows is unpacking.
      life.abort(new Error("The page goes."));
    });
    await expect(added).rejects.toThrow("The page goes.");
    expect(await store.missing([file])).toEqual([file]);
  });
});

it("tells what is missing, once for each content", async () => {
  const store = storeOn(new MemoryHost({ [A.path]: "content of a" }));
  await store.add(A, signal, () => undefined);
  const elsewhere = { ...B, path: "parts/demo-2/b.bin" };
  expect(await store.missing([A, B, elsewhere])).toHaveLength(1);
});

describe("a file that is not what it should be", () => {
  it("is asked for once more past the browser's own cache, and then kept if that one is genuine", async () => {
    const answers = ["an older file", "content of a"];
    const host = new MemoryHost({ [A.path]: () => Promise.resolve(new Response(answers.shift())) });
    const store = storeOn(host);
    let counted = 0;
    await store.add(A, signal, (bytes) => (counted += bytes));
    expect(host.requested.map(({ cache }) => cache)).toEqual(["no-cache", "reload"]);
    expect(counted).toBe(A.bytes);
    expect(await store.missing([A])).toEqual([]);
  });

  it.each<[string, Answer, unknown]>([
    ["other bytes", "content of z", { code: "hash_mismatch", path: A.path }],
    ["a part of it", "content", { code: "hash_mismatch", path: A.path }],
    ["an error page", { status: 503 }, { code: "file_missing", path: A.path, status: 503 }],
    ["no network", new TypeError("Failed to fetch"), { code: "network", path: A.path }],
    [
      "a connection that breaks off",
      () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode("content"));
                controller.error(new TypeError("network error"));
              },
            }),
          ),
        ),
      { code: "network", path: A.path },
    ],
  ])("is not kept: %s", async (_, answer, fault) => {
    const store = storeOn(new MemoryHost({ [A.path]: answer }));
    expect(await faultOf(store.add(A, signal, () => undefined))).toEqual(fault);
    expect(caches.keys(NAME)).toEqual([]);
  });

  it("is named when there is no space for it", async () => {
    const store = storeOn(new MemoryHost({ [A.path]: "content of a" }));
    caches.full = true;
    const fault = await faultOf(store.add(A, signal, () => undefined));
    expect(fault).toEqual({ code: "quota_exceeded", path: A.path });
  });
});

it("drops what nobody needs, in its own cache only", async () => {
  const store = storeOn(new MemoryHost({ [A.path]: "content of a", [B.path]: "content of b" }));
  await fill(store, [A, B], { signal });
  await (await caches.open("webllm/model")).put("https://example.test/model", new Response("gigabytes"));
  await store.prune(new Set([B.sha256]));
  expect(await store.missing([A, B])).toEqual([A]);
  expect(caches.keys("webllm/model")).toHaveLength(1);
});

describe("filling", () => {
  const C = file("parts/demo-1/c.bin", "content of c", "demo");
  const whole = { [A.path]: "content of a", [B.path]: "content of b", [C.path]: "content of c" };

  it("fetches what is missing and counts what is there", async () => {
    const host = new MemoryHost(whole);
    const store = storeOn(host);
    await store.add(A, signal, () => undefined);
    const seen: [number, number][] = [];
    await fill(store, [A, B, C], { signal, onProgress: (...progress) => seen.push(progress) });
    expect(seen[0]).toEqual([12, 36]);
    expect(seen.at(-1)).toEqual([36, 36]);
    expect(host.paths).toEqual([A.path, B.path, C.path]);
  });

  it("goes on past a file that is not right, takes back what it counted for it, and says which it was", async () => {
    const store = storeOn(new MemoryHost({ ...whole, [A.path]: "content of z" }));
    let done = 0;
    const filling = fill(store, [A, B, C], { signal, onProgress: (bytes) => (done = bytes) });
    expect(await faultOf(filling)).toEqual({ code: "hash_mismatch", path: A.path });
    expect(await store.missing([A, B, C])).toEqual([A]);
    expect(done).toBe(24);
  });

  it("asks for no more files once the network is gone", async () => {
    const gone = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`parts/x/${String(i)}`, new TypeError()]),
    );
    const host = new MemoryHost(gone);
    const files = Object.keys(gone).map((path) => file(path, path));
    expect(await faultOf(fill(storeOn(host), files, { signal }))).toMatchObject({ code: "network" });
    expect(host.paths.length).toBeLessThan(files.length);
  });

  it("ends when it is told to, with the reason that it was given", async () => {
    const stop = new AbortController();
    const host = new MemoryHost({
      ...whole,
      [A.path]: (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener("abort", () => {
            reject(new DOMException("aborted", "AbortError"));
          });
          stop.abort("enough");
        }),
    });
    await expect(fill(storeOn(host), [A], { signal: stop.signal })).rejects.toBe("enough");
  });
});
