import { describe, expect, it } from "vitest";
import { anyBytes, bytesOf, errorOf, ggufBytes, World } from "./testing/world";

const SHARDS = [anyBytes(120, 1), anyBytes(80, 2), anyBytes(100, 3)];

async function keys(world: World): Promise<string[]> {
  const caches = ["webllm/config", "webllm/model", "webllm/wasm"];
  return Promise.resolve(caches.flatMap((name) => world.caches.keys(name)).sort());
}

describe("a model for WebGPU", () => {
  it("lies in WebLLM's caches, each file under the URL that WebLLM asks for", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    await world.ensure("mlc", "webgpu");
    expect(world.caches.keys("webllm/config")).toEqual([urls["mlc-chat-config.json"]]);
    expect(world.caches.keys("webllm/wasm")).toEqual([urls["lib.wasm"]]);
    expect(world.caches.keys("webllm/model").sort()).toEqual(
      [
        "params_shard_0.bin",
        "params_shard_1.bin",
        "params_shard_2.bin",
        "tensor-cache.json",
        "tokenizer.json",
      ].map((name) => urls[name]),
    );
    const shard = world.caches.stored.get("webllm/model")?.get(urls["params_shard_1.bin"] ?? "");
    expect(await bytesOf(await shard?.clone().blob())).toEqual(SHARDS[1]);
    expect(shard?.headers.get("content-length")).toBe("80");
  });

  it("leaves nothing twice: what went into a cache is no file of ours any more", async () => {
    const world = new World();
    world.addMlc("mlc", SHARDS);
    await world.ensure("mlc", "webgpu");
    const [folder = ""] = await world.files.folders();
    expect((await world.files.list(folder)).map(({ name }) => name).sort()).toEqual([
      "model.0.json",
      "model.1.json",
    ]);
  });

  it("that WebLLM itself has put there is taken as it is", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    for (const [name, url] of Object.entries(urls)) {
      const place = name.endsWith("config.json")
        ? "webllm/config"
        : name === "lib.wasm"
          ? "webllm/wasm"
          : "webllm/model";
      await (await world.caches.open(place)).put(url, await world.server.fetch(url, {}));
    }
    world.server.seen.length = 0;
    expect((await world.weights.stored()).models).toMatchObject([
      { model: "mlc", state: "whole", devices: ["webgpu"], files: 7, used_at: null },
    ]);
    await world.ensure("mlc", "webgpu");
    expect(world.server.seen.filter(({ method }) => method === "GET")).toEqual([]);
    await world.weights.delete("mlc");
    expect(await keys(world)).toEqual([]);
  });

  it("whose library comes from localhost is brought without it: WebLLM caches none from there", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS, "http://localhost:1/mlc");
    await world.ensure("mlc", "webgpu");
    expect(world.caches.keys("webllm/wasm")).toEqual([]);
    expect(world.server.of(urls["lib.wasm"] ?? "")).toEqual([]);
    expect((await world.weights.stored()).models[0]?.state).toBe("whole");
  });

  it("whose files have moved leaves nothing where they were", async () => {
    const world = new World();
    world.addMlc("mlc", SHARDS, "https://hub.test/v1");
    await world.ensure("mlc", "webgpu");
    const urls = world.addMlc("mlc", SHARDS, "https://hub.test/v2");
    await world.ensure("mlc", "webgpu");
    expect(await keys(world)).toEqual(Object.values(urls).sort());
  });

  it("whose description is damaged can be seen and deleted", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    await world.ensure("mlc", "webgpu");
    await (await world.caches.open("webllm/model")).put(urls["tensor-cache.json"] ?? "", new Response("{"));
    expect((await world.weights.stored()).models).toMatchObject([{ model: "mlc" }]);
    await world.weights.delete("mlc");
    expect(await keys(world)).toEqual([]);
  });

  it.each(["is deleted", "has moved"])("that %s leaves the library that another model uses", async (what) => {
    const world = new World();
    const { "lib.wasm": library = "" } = world.addMlc("mlc", SHARDS, "https://hub.test/v1");
    await world.ensure("mlc", "webgpu");
    world.addMlc("other", SHARDS);
    world.models.add({ id: "other", weights_url: "https://hub.test/other", library_url: library });
    await world.ensure("other", "webgpu");
    if (what === "is deleted") await world.weights.delete("mlc");
    else {
      world.addMlc("mlc", SHARDS, "https://hub.test/v2");
      await world.ensure("mlc", "webgpu");
    }
    expect(world.caches.keys("webllm/wasm")).toContain(library);
  });

  it.each(["../../other/params.bin", "https://evil.test/params.bin", ""])(
    "whose list names a file elsewhere (%s) is refused",
    async (dataPath) => {
      const world = new World();
      const urls = world.addMlc("mlc", SHARDS);
      const records = [{ dataPath, nbytes: 3 }];
      world.server.put(urls["tensor-cache.json"] ?? "", JSON.stringify({ records }));
      expect((await errorOf(world.ensure("mlc", "webgpu")))?.code).toBe("integrity_failed");
    },
  );
});

describe("a damaged file", () => {
  it("on the wire is fetched again, alone", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    const bad = urls["params_shard_1.bin"] ?? "";
    world.server.faults.set(bad, [{ kind: "corrupt" }]);
    await world.ensure("mlc", "webgpu");
    expect(world.server.of(bad)).toHaveLength(2);
    for (const url of Object.values(urls)) if (url !== bad) expect(world.server.of(url)).toHaveLength(1);
    const kept = await (await world.caches.open("webllm/model")).match(bad);
    expect(await bytesOf(await kept?.blob())).toEqual(SHARDS[1]);
  });

  it("that comes damaged twice fails the download, and is named", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    const bad = urls["params_shard_1.bin"] ?? "";
    world.server.faults.set(bad, [{ kind: "corrupt" }, { kind: "corrupt" }]);
    expect(await errorOf(world.ensure("mlc", "webgpu"))).toMatchObject({
      code: "integrity_failed",
      message: "params_shard_1.bin is not the file that it should be: its md5 is another.",
      details: { file: "params_shard_1.bin", url: bad, what: "md5" },
    });
    expect(world.caches.keys("webllm/model")).not.toContain(bad);
  });

  it.each(["sha256", "trust"])("is found by its %s", async (by) => {
    const world = new World();
    const good = ggufBytes(300);
    const hash = "a".repeat(64);
    const url = world.addGguf("m", good, by === "sha256" ? { sha256: { "model.gguf": hash } } : {});
    if (by === "trust") {
      await world.ensure("m", "cpu");
      const other = good.slice();
      other[299] = 255 - (other[299] ?? 0);
      world.server.put(url, other);
      const [folder = ""] = await world.files.folders();
      for (const { name, bytes } of await world.files.list(folder))
        if (bytes === 300) await world.files.remove(folder, name);
    }
    expect(await errorOf(world.ensure("m", "cpu"))).toMatchObject({
      code: "integrity_failed",
      details: { file: "model.gguf", what: "sha256" },
    });
  });

  it("in a cache with another size is noticed at the next load and mended alone", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    await world.ensure("mlc", "webgpu");
    const bad = urls["params_shard_2.bin"] ?? "";
    await (await world.caches.open("webllm/model")).put(bad, new Response(new Uint8Array(5)));
    world.server.seen.length = 0;
    await world.ensure("mlc", "webgpu");
    expect(world.server.seen.filter(({ method }) => method === "GET").map(({ url }) => url)).toEqual([bad]);
  });

  it("of the right size is found once an engine has complained, or when all is read", async () => {
    for (const complain of [true, false]) {
      const world = new World();
      const urls = world.addMlc("mlc", SHARDS);
      await world.ensure("mlc", "webgpu");
      const bad = urls["params_shard_0.bin"] ?? "";
      await (await world.caches.open("webllm/model")).put(bad, new Response(new Uint8Array(120)));
      world.server.seen.length = 0;
      await world.ensure("mlc", "webgpu");
      expect(world.server.seen).toEqual([]);
      if (complain) world.weights.doubt("mlc");
      await world.ensure("mlc", "webgpu", { verify: !complain });
      expect(world.server.seen.map(({ url }) => url)).toEqual([bad]);
      expect(world.reports.some(({ stage }) => stage === "verify")).toBe(true);
      world.server.seen.length = 0;
      await world.ensure("mlc", "webgpu", { verify: true });
      expect(world.server.seen).toEqual([]);
    }
  });

  it("that says what the others are is fetched again with nothing else", async () => {
    const world = new World();
    const urls = world.addMlc("mlc", SHARDS);
    await world.ensure("mlc", "webgpu");
    const index = urls["tensor-cache.json"] ?? "";
    await (await world.caches.open("webllm/model")).put(index, new Response("{not JSON"));
    world.server.seen.length = 0;
    await world.ensure("mlc", "webgpu");
    expect(world.server.seen.map(({ url }) => url)).toEqual([index]);
  });
});

describe("what is stored", () => {
  it("is listed with sizes and devices, whole or in part", async () => {
    const world = new World();
    world.addGguf("a", ggufBytes(100));
    world.addMlc("b", SHARDS);
    const url = world.addGguf("c", ggufBytes(200));
    world.server.faults.set(url, [
      { kind: "cut", after: 64 },
      { kind: "refuse", status: 404 },
    ]);
    for (const [id, device] of [
      ["a", "cpu"],
      ["b", "webgpu"],
      ["c", "cpu"],
    ] as const) {
      await world.ensure(id, device).catch(() => null);
    }
    const { models } = await world.weights.stored();
    const rows = Object.fromEntries(models.map((row) => [row.model, row]));
    expect(rows.a).toMatchObject({
      bytes: 100,
      total_bytes: 100,
      files: 1,
      state: "whole",
      devices: ["cpu"],
    });
    expect(rows.b).toMatchObject({ files: 7, state: "whole", devices: ["webgpu"] });
    expect(rows.b?.bytes).toBe(rows.b?.total_bytes);
    expect(rows.c).toMatchObject({ bytes: 64, total_bytes: 200, files: 1, state: "partial", devices: [] });
  });

  it("goes one by one, and leaves the others and what is not ours", async () => {
    const world = new World();
    world.addGguf("a", ggufBytes(100));
    const urls = world.addMlc("b", SHARDS);
    world.addMlc("c", SHARDS);
    for (const [id, device] of [
      ["a", "cpu"],
      ["b", "webgpu"],
      ["c", "webgpu"],
    ] as const)
      await world.ensure(id, device);
    await (await world.caches.open("somebody-else")).put("https://page.test/x", new Response("theirs"));
    await (await world.caches.open("webllm/model")).put("https://other.test/unknown", new Response("theirs"));
    await world.weights.delete("c");
    expect((await world.weights.stored()).models.map(({ model }) => model).sort()).toEqual(["a", "b"]);
    expect(world.caches.keys("webllm/model")).toContain(urls["params_shard_0.bin"]);
    world.server.seen.length = 0;
    await world.ensure("b", "webgpu");
    expect(world.server.seen).toEqual([]);
    await world.weights.delete(null);
    expect((await world.weights.stored()).models).toEqual([]);
    expect(await keys(world)).toEqual(["https://other.test/unknown"]);
    expect(world.caches.keys("somebody-else")).toHaveLength(1);
    expect(await world.files.folders()).toEqual([]);
  });

  it("stays where another model has it too", async () => {
    const world = new World();
    const urls = world.addMlc("shared", SHARDS);
    const [, entry] = ["shared", world.models.find("shared")];
    world.models.add({
      id: "shared-1k",
      weights_url: entry.webllm?.model ?? "",
      library_url: entry.webllm?.model_lib ?? "",
    });
    await world.ensure("shared", "webgpu");
    await world.ensure("shared-1k", "webgpu");
    expect(world.server.of(urls["params_shard_0.bin"] ?? "")).toHaveLength(1);
    expect((await world.weights.stored()).models).toHaveLength(1);
    await world.weights.delete("shared");
    expect((await world.weights.stored()).models).toEqual([]);
  });

  it("is not deleted while it is on its way", async () => {
    const world = new World();
    world.addGguf("a", ggufBytes(100));
    const refused: Promise<unknown>[] = [];
    await world.ensure("a", "cpu", {
      report: () => {
        if (refused.length === 0) refused.push(errorOf(world.weights.delete("a")));
      },
    });
    expect(await refused[0]).toMatchObject({ code: "busy" });
    expect((await world.weights.stored()).models).toHaveLength(1);
  });

  it("goes with all others, but for the one that is on its way", async () => {
    const world = new World();
    for (const id of ["a", "b", "c"]) world.addGguf(id, ggufBytes(100));
    await world.ensure("a", "cpu");
    await world.ensure("c", "cpu");
    const refused: Promise<unknown>[] = [];
    await world.ensure("b", "cpu", {
      report: () => {
        if (refused.length === 0) refused.push(errorOf(world.weights.delete(null)));
      },
    });
    expect(await refused[0]).toMatchObject({ code: "busy", details: { model: "b" } });
    expect((await world.weights.stored()).models.map(({ model }) => model)).toEqual(["b"]);
  });

  it("of a name that nobody knows cannot be deleted; of one that is not here it is done", async () => {
    const world = new World();
    world.addGguf("a", ggufBytes(100));
    expect((await errorOf(world.weights.delete("nothing")))?.code).toBe("model_not_found");
    expect(await errorOf(world.weights.delete("a"))).toBeNull();
  });

  it("says when it was last loaded", async () => {
    const world = new World();
    world.addGguf("a", ggufBytes(100));
    await world.ensure("a", "cpu");
    await world.weights.used("a");
    expect((await world.weights.stored()).models[0]?.used_at).toBe(world.clock.now());
  });
});

describe("a split GGUF file", () => {
  it("is brought in all its parts, in order", async () => {
    const world = new World();
    const parts = [ggufBytes(50, 1), ggufBytes(60, 2), ggufBytes(70, 3)];
    parts.forEach((part, at) => {
      world.server.put(`https://hub.test/x-0000${String(at + 1)}-of-00003.gguf`, part);
    });
    world.models.add({ id: "x", gguf_url: "https://hub.test/x-00001-of-00003.gguf" });
    const { gguf } = await world.ensure("x", "cpu");
    expect(await Promise.all(gguf.map(bytesOf))).toEqual(parts);
  });
});

it("leaves the model that the site carries to its host, for the CPU", async () => {
  const world = new World();
  const url = world.addGguf("demo", ggufBytes(100));
  const entry = world.models.find("demo");
  entry.record.embedded = true;
  expect(await world.ensure("demo", "cpu")).toEqual({ gguf: [] });
  expect(world.server.of(url)).toEqual([]);
  expect((await world.weights.stored()).models).toEqual([]);
});

it("makes no cache by looking into it", async () => {
  const world = new World();
  world.addMlc("mlc", SHARDS);
  await world.weights.stored();
  await world.weights.delete("mlc");
  expect([...world.caches.stored.keys()]).toEqual([]);
});

it("loads a model also where nothing can be kept", async () => {
  const world = new World();
  world.parts.caches = undefined;
  world.parts.locks = undefined;
  world.addGguf("a", ggufBytes(100));
  const { gguf } = await world.ensure("a", "cpu");
  expect(await bytesOf(gguf[0])).toEqual(ggufBytes(100));
});
