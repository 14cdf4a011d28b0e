import { BlobReader, TextReader, Uint8ArrayReader, ZipReader, ZipWriter, BlobWriter } from "@zip.js/zip.js";
import { beforeEach, describe, expect, it } from "vitest";
import type { Exported } from "../protocol/wire";
import { exportModel } from "./export";
import { importModel } from "./import";
import { MANIFEST, type Manifest } from "./manifest";
import { sha256 } from "./testing/server";
import { anyBytes, bytesOf, errorOf, ggufBytes, World } from "./testing/world";

const SHARDS = [anyBytes(120, 1), anyBytes(80, 2)];
const CONTENT = ggufBytes(300);

/** Blob URLs of one browser, which the worlds of a test share as a stick is shared. */
let stick: Map<string, Blob>;

beforeEach(() => {
  stick = new Map();
});

/** A browser that reads blob URLs and, where it is offline, nothing else. */
function browser(offline = false): World {
  const world = new World();
  world.published = stick;
  const { fetch } = world.parts.network;
  world.parts.network.fetch = (url, init) => {
    const content = stick.get(url);
    if (content !== undefined) return Promise.resolve(new Response(content));
    return offline ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, init);
  };
  return world;
}

async function exported(world: World, id: string): Promise<Exported> {
  return exportModel(world.weights, id, world.options);
}

/** An export with one thing changed. */
async function tampered(
  change: (manifest: Manifest, files: Map<string, Uint8Array>) => void,
  more: { level?: number; cut?: number } = {},
): Promise<string> {
  const source = browser();
  source.addGguf("m", CONTENT);
  await source.ensure("m", "cpu");
  const archive = stick.get((await exported(source, "m")).url);
  if (archive === undefined) throw new Error("There is no archive.");
  const files = new Map<string, Uint8Array>();
  for (const entry of await new ZipReader(new BlobReader(archive)).getEntries()) {
    if (!entry.directory) files.set(entry.filename, new Uint8Array(await entry.arrayBuffer()));
  }
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST))) as Manifest;
  files.delete(MANIFEST);
  change(manifest, files);
  const zip = new ZipWriter(new BlobWriter(), { level: more.level ?? 0, useWebWorkers: false });
  await zip.add(MANIFEST, new TextReader(JSON.stringify(manifest)));
  for (const [path, content] of files) await zip.add(path, new Uint8ArrayReader(content));
  const whole = await zip.close();
  const url = `blob:${String(stick.size)}`;
  stick.set(url, whole.slice(0, more.cut ?? whole.size));
  return url;
}

describe("an exported model", () => {
  it("loads in another browser that has no network", async () => {
    const [home, away] = [browser(), browser(true)];
    const urls = home.addMlc("mlc", SHARDS);
    await home.ensure("mlc", "webgpu");
    const file = await exported(home, "mlc");
    expect(file).toMatchObject({ type: "exported", model: "mlc", name: "mlc.webllm.zip" });
    expect(stick.get(file.url)?.size).toBe(file.bytes);
    const done = await importModel(away.weights, file.url, away.options);
    expect(done).toMatchObject({ type: "fetched", model: "mlc" });
    expect(away.models.settledIds).toEqual(["mlc"]);
    await away.ensure("mlc", "webgpu");
    const shard = await (await away.caches.open("webllm/model")).match(urls["params_shard_1.bin"] ?? "");
    expect(await bytesOf(await shard?.blob())).toEqual(SHARDS[1]);
    expect((await away.weights.stored()).models).toMatchObject([{ model: "mlc", state: "whole", files: 6 }]);
  });

  it("goes where the catalogue of the other browser has it, not where it came from", async () => {
    const [home, away] = [browser(), browser(true)];
    home.addGguf("m", CONTENT);
    await home.ensure("m", "cpu");
    away.models.add({ id: "m", gguf_url: "https://mirror.test/model.gguf" });
    await importModel(away.weights, (await exported(home, "m")).url, away.options);
    const { gguf } = await away.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
  });

  it("leaves the model where it was, and no copy of it", async () => {
    const home = browser();
    home.addGguf("m", CONTENT);
    await home.ensure("m", "cpu");
    await exported(home, "m");
    await home.ensure("m", "cpu");
    expect((await home.weights.stored()).models).toHaveLength(1);
    expect(home.reports.map(({ stage }) => stage)).toContain("read_cache");
  });

  it("is refused where the model is not whole, or damaged", async () => {
    const home = browser();
    const url = home.addGguf("m", CONTENT);
    expect((await errorOf(exported(home, "m")))?.code).toBe("model_not_found");
    home.server.faults.set(url, [
      { kind: "cut", after: 100 },
      { kind: "refuse", status: 404 },
    ]);
    await home.ensure("m", "cpu").catch(() => null);
    expect((await errorOf(exported(home, "m")))?.code).toBe("model_not_found");
    const urls = home.addMlc("mlc", SHARDS);
    await home.ensure("mlc", "webgpu");
    await (
      await home.caches.open("webllm/model")
    ).put(urls["params_shard_0.bin"] ?? "", new Response(new Uint8Array(120)));
    expect(await errorOf(exported(home, "mlc"))).toMatchObject({
      code: "integrity_failed",
      details: { file: "params_shard_0.bin" },
    });
  });

  it("that does not fit leaves nothing half written", async () => {
    const home = browser();
    home.addGguf("m", CONTENT);
    await home.ensure("m", "cpu");
    home.files.room = home.files.used + 100;
    expect((await errorOf(exported(home, "m")))?.code).toBe("quota_exceeded");
    expect(await home.files.list("exports")).toEqual([]);
  });

  it("is imported again over what is here, without harm", async () => {
    const home = browser();
    home.addGguf("m", CONTENT);
    await home.ensure("m", "cpu");
    const { url } = await exported(home, "m");
    await importModel(home.weights, url, home.options);
    const { gguf } = await home.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
  });
});

describe("an archive that is not what it should be", () => {
  const nothingStored = async (world: World): Promise<void> => {
    expect((await world.weights.stored()).models).toEqual([]);
    expect(world.files.used).toBe(0);
    expect(world.caches.stored.get("webllm/model")?.size ?? 0).toBe(0);
    expect(world.models.get("m")).toBeUndefined();
  };

  it.each<[string, Parameters<typeof tampered>]>([
    ["cut short", [() => undefined, { cut: 200 }]],
    ["compressed", [() => undefined, { level: 6 }]],
    [
      "with a byte changed",
      [
        (_, files) =>
          files.set(
            "files/00000",
            files.get("files/00000")?.map((b, at) => (at === 99 ? b ^ 1 : b)) ?? new Uint8Array(),
          ),
      ],
    ],
    [
      "without its file",
      [
        (_, files) => {
          files.clear();
        },
      ],
    ],
    [
      "with a file that its list does not name",
      [(_, files) => files.set("../../evil.js", new Uint8Array(3))],
    ],
    ["with another format", [(manifest) => Object.assign(manifest, { format: 2 })]],
    ["that names no model", [(manifest) => Object.assign(manifest, { model: "" })]],
    [
      "whose model is another than its description",
      [(manifest) => Object.assign(manifest, { model: "other" })],
    ],
    [
      "that describes its model strangely",
      [(manifest) => Object.assign(manifest, { custom: { id: "m", gguf_url: 7 } })],
    ],
    ["that names a file twice", [(manifest) => manifest.files.push(...manifest.files)]],
    [
      "that gives its file another part",
      [(manifest) => Object.assign(manifest.files[0] ?? {}, { role: "shard" })],
    ],
    [
      "that names its file otherwise",
      [(manifest) => Object.assign(manifest.files[0] ?? {}, { name: "../model.gguf" })],
    ],
    ["that speaks of a list that is none", [(manifest) => Object.assign(manifest, { files: "all" })]],
  ])("(%s) is refused, and nothing is stored", async (_, given) => {
    const url = await tampered(...given);
    const world = browser(true);
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("integrity_failed");
    await nothingStored(world);
  });

  it("(no archive at all) is refused", async () => {
    stick.set("blob:x", new Blob(["<!doctype html>"]));
    const world = browser(true);
    expect((await errorOf(importModel(world.weights, "blob:x", world.options)))?.code).toBe(
      "integrity_failed",
    );
    expect((await errorOf(importModel(world.weights, "blob:gone", world.options)))?.code).toBe(
      "download_failed",
    );
    await nothingStored(world);
  });

  it("(another content than the one that is trusted here) is refused, and what is here stays", async () => {
    const evil = CONTENT.slice();
    evil[50] = 255 - (evil[50] ?? 0);
    const url = await tampered((manifest, files) => {
      files.set("files/00000", evil);
      Object.assign(manifest.files[0] ?? {}, { sha256: sha256(evil) });
    });
    const world = browser();
    world.addGguf("m", CONTENT);
    await world.ensure("m", "cpu");
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("integrity_failed");
    const { gguf } = await world.ensure("m", "cpu");
    expect(await bytesOf(gguf[0])).toEqual(CONTENT);
  });

  it("(of a model that nobody here knows, without a description) is refused", async () => {
    const url = await tampered((manifest) => {
      manifest.custom = null;
    });
    const world = browser(true);
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("model_not_found");
    await nothingStored(world);
  });

  it("(larger than the room that is left) takes nothing", async () => {
    const home = browser();
    home.addMlc("mlc", SHARDS);
    await home.ensure("mlc", "webgpu");
    const { url } = await exported(home, "mlc");
    const world = browser(true);
    world.quota = 100;
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("quota_exceeded");
    world.quota = null;
    world.caches.full = true;
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("quota_exceeded");
    world.caches.full = false;
    expect((await world.weights.stored()).models).toEqual([]);
    expect(world.files.used).toBe(0);
  });

  it("(with another library under the address of one that a model here uses) is refused", async () => {
    const [home, world] = [browser(), browser()];
    const { "lib.wasm": library = "" } = world.addMlc("good", SHARDS);
    await world.ensure("good", "webgpu");
    home.addMlc("evil", SHARDS);
    home.server.put(library, new Uint8Array([0, 0x61, 0x73, 0x6d, 9, 9, 9]));
    home.models.add({ id: "evil", weights_url: "https://hub.test/evil", library_url: library });
    await home.ensure("evil", "webgpu");
    const { url } = await exported(home, "evil");
    expect((await errorOf(importModel(world.weights, url, world.options)))?.code).toBe("integrity_failed");
    const kept = await (await world.caches.open("webllm/wasm")).match(library);
    expect(await bytesOf(await kept?.blob())).toEqual(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 2, 3]));
  });

  it("(given up in the middle) leaves what WebLLM itself has stored", async () => {
    const home = browser();
    const urls = home.addMlc("mlc", SHARDS);
    await home.ensure("mlc", "webgpu");
    const { url } = await exported(home, "mlc");
    const world = browser(true);
    world.addMlc("mlc", SHARDS);
    const cache = await world.caches.open("webllm/model");
    for (const name of ["tensor-cache.json", "tokenizer.json", "params_shard_0.bin"]) {
      const stored = await (await home.caches.open("webllm/model")).match(urls[name] ?? "");
      if (stored !== undefined) await cache.put(urls[name] ?? "", stored);
    }
    const stop = new AbortController();
    const options = {
      signal: stop.signal,
      report: ({ stage, fraction }: { stage: string; fraction: number }) => {
        if (stage === "read_cache" && fraction > 0.5) stop.abort();
      },
    };
    expect((await errorOf(importModel(world.weights, url, options)))?.code).toBe("aborted");
    for (const name of ["tensor-cache.json", "tokenizer.json", "params_shard_0.bin"]) {
      expect(await cache.match(urls[name] ?? ""), name).toBeDefined();
    }
    expect(world.files.used).toBe(0);
  });

  it("(given up in the middle) takes nothing", async () => {
    const home = browser();
    home.addMlc("mlc", SHARDS);
    await home.ensure("mlc", "webgpu");
    const { url } = await exported(home, "mlc");
    const world = browser(true);
    const stop = new AbortController();
    const options = {
      signal: stop.signal,
      report: ({ stage, fraction }: { stage: string; fraction: number }) => {
        if (stage === "read_cache" && fraction > 0.5) stop.abort();
      },
    };
    expect((await errorOf(importModel(world.weights, url, options)))?.code).toBe("aborted");
    expect((await world.weights.stored()).models).toEqual([]);
  });
});
