import "fake-indexeddb/auto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineFailure } from "../engine/errors";
import { RoomDatabase } from "../engine/room-db";
import type { CustomModel } from "../protocol/wire";
import { Catalogue } from "./catalogue";
import { customEntry, CustomModels } from "./custom";

const FILE: CustomModel = { id: "mine", gguf_url: "https://example.test/files/mine-q4_k_m.gguf" };
const MLC: CustomModel = {
  id: "mine-q4f16_1",
  weights_url: "https://example.test/mine-q4f16_1-MLC/",
  library_url: "https://example.test/mine.wasm",
  memory_mb: 900,
  overrides: { context_window_size: 1024 },
};

const URLS = [
  "https://example.test/a.gguf",
  "http://localhost/",
  "blob:https://example.test/1",
  "data:,",
  "ftp://x/",
];

async function life(room: RoomDatabase): Promise<{ catalogue: Catalogue; custom: CustomModels }> {
  const catalogue = new Catalogue([]);
  const custom = new CustomModels(room, catalogue);
  await custom.restore();
  return { catalogue, custom };
}

describe("a model of the user's own", () => {
  it("is a file for the CPU, or weights with a library for WebGPU, or both", () => {
    expect(customEntry({ ...FILE, download_bytes: 100 * 2 ** 20 })).toMatchObject({
      gguf: { url: FILE.gguf_url },
      record: {
        devices: ["cpu"],
        quantization: "Q4_K_M",
        memory_mb: 150,
        context_window: 4096,
        custom: true,
      },
    });
    expect(customEntry(MLC)).toMatchObject({
      webllm: {
        model: MLC.weights_url,
        model_lib: MLC.library_url,
        overrides: { context_window_size: 1024 },
      },
      record: {
        devices: ["webgpu"],
        required_features: ["shader-f16"],
        memory_mb: 900,
        context_window: 1024,
      },
    });
    expect(customEntry({ ...FILE, ...MLC }).record.devices).toEqual(["webgpu", "cpu"]);
  });

  it("is found, and found again in the next life of the room", async () => {
    const room = new RoomDatabase(`room-${crypto.randomUUID()}`);
    const first = await life(room);
    await first.custom.add(FILE);
    expect(first.catalogue.find("mine").gguf?.url).toBe(FILE.gguf_url);
    const second = await life(room);
    expect(second.catalogue.find("mine").record.custom).toBe(true);
    expect(second.custom.definition("mine")).toEqual(FILE);
    await second.custom.remove("mine");
    expect((await life(room)).catalogue.records()).toEqual([]);
  });

  it("is not remembered where its file is a blob: URL, which dies with its page", async () => {
    const room = new RoomDatabase(`room-${crypto.randomUUID()}`);
    const { catalogue, custom } = await life(room);
    await custom.add(FILE);
    await custom.add({ ...FILE, gguf_url: "blob:https://example.test/1234" });
    expect(catalogue.find("mine").gguf?.url).toMatch(/^blob:/);
    expect((await life(room)).catalogue.records()).toEqual([]);
  });

  it("does not keep the others away when it cannot be taken any more", async () => {
    const room = new RoomDatabase(`room-${crypto.randomUUID()}`);
    const database = await room.open();
    await database.put("custom_models", { id: "a", gguf_url: "ftp://example.test/a.gguf" }, "a");
    await database.put("custom_models", FILE, "mine");
    expect((await life(room)).catalogue.records().map(({ id }) => id)).toEqual(["mine"]);
  });

  it("works where the browser keeps nothing", async () => {
    const room = new RoomDatabase("unused");
    room.open = () => Promise.reject(new DOMException("refused", "SecurityError"));
    const { catalogue, custom } = await life(room);
    await custom.add(FILE);
    expect(catalogue.find("mine").record.id).toBe("mine");
  });

  it("takes no id of the catalogue, and removes none", async () => {
    const { catalogue, custom } = await life(new RoomDatabase(`room-${crypto.randomUUID()}`));
    const entry = customEntry(FILE);
    catalogue.add({ ...entry, record: { ...entry.record, custom: false } });
    await expect(custom.add(FILE)).rejects.toMatchObject({ error: { code: "invalid_request" } });
    await expect(custom.remove("mine")).rejects.toMatchObject({ error: { code: "invalid_request" } });
    await expect(custom.remove("nobody")).rejects.toMatchObject({ error: { code: "model_not_found" } });
  });

  it.each([
    [{ id: "x" }],
    [{ id: "x", weights_url: "https://example.test/x/" }],
    [{ id: "x", library_url: "https://example.test/x.wasm" }],
    [{ id: "x", gguf_url: "x.gguf" }],
    [{ id: "x", gguf_url: "javascript:alert(1)" }],
    [{ id: "x", gguf_url: "file:///etc/passwd" }],
    [{ id: "x", gguf_url: "https://me:secret@example.test/x.gguf" }],
  ])("is refused when its files are not named whole: %j", (model) => {
    expect(() => customEntry(model)).toThrow(EngineFailure);
  });

  it("becomes an entry, or is refused as an invalid request, whatever its URLs are", () => {
    const url = fc.option(fc.oneof(fc.string(), fc.constantFrom(...URLS)), { nil: undefined });
    fc.assert(
      fc.property(url, url, url, (weights, library, gguf) => {
        const model = {
          id: "x",
          ...(weights === undefined ? {} : { weights_url: weights }),
          ...(library === undefined ? {} : { library_url: library }),
          ...(gguf === undefined ? {} : { gguf_url: gguf }),
        };
        try {
          expect(customEntry(model).record.devices.length).toBeGreaterThan(0);
        } catch (raw) {
          if (!(raw instanceof EngineFailure)) throw raw;
          expect(raw.error.code).toBe("invalid_request");
        }
      }),
    );
  });
});
