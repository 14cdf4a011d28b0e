import { describe, expect, it } from "vitest";
import { customModelOf, customModelOfFile, EMPTY_FORM, faultsOf, type CustomForm } from "./custom";

const FACTS = { origin: "https://chat.example", base: "https://chat.example/app/" };
const gguf = (ggufUrl: string, more: Partial<CustomForm> = {}): CustomForm => ({ ...EMPTY_FORM, ggufUrl, ...more });
const mlc = (weightsUrl: string, libraryUrl: string): CustomForm => ({
  ...EMPTY_FORM,
  engine: "webgpu",
  weightsUrl,
  libraryUrl,
});

describe("the form for a model of one's own", () => {
  it.each([
    ["", "missing"],
    ["https://", "not_a_url"],
    ["http://huggingface.co/a.gguf", "not_https"],
    ["https://me:secret@huggingface.co/a.gguf", "credentials"],
    ["javascript:alert(1)//a.gguf", "not_https"],
    ["data:,a.gguf", "not_https"],
    ["https://models.example/a.gguf", "foreign_host"],
    ["https://huggingface.co/a/b/resolve/main/a.bin", "not_gguf"],
  ])("finds fault with the address %o: %s", (address, fault) => {
    expect(faultsOf(gguf(address), FACTS)).toEqual({ ggufUrl: fault });
  });

  it("takes an address of this site, absolute or not", () => {
    expect(faultsOf(gguf("parts/demo.gguf"), FACTS)).toEqual({});
    expect(customModelOf(gguf("parts/demo.gguf"), FACTS)).toEqual({
      id: "custom-demo",
      name: "demo",
      gguf_url: "https://chat.example/app/parts/demo.gguf",
    });
  });

  it("names a model after its file, also where the address decodes to nothing", () => {
    expect(customModelOf(gguf("https://huggingface.co/a/100%.gguf"), FACTS).name).toBe("100%");
  });

  it("wants both halves of a model for WebGPU", () => {
    expect(faultsOf(mlc("", "https://huggingface.co/a/lib.txt"), FACTS)).toEqual({
      weightsUrl: "missing",
      libraryUrl: "not_wasm",
    });
  });

  it("names a model after its folder, whatever the address ends in", () => {
    const form = mlc("https://huggingface.co/mlc-ai/Tiny-q4f32/resolve/main/", "https://huggingface.co/a/lib.wasm");
    expect(faultsOf(form, FACTS)).toEqual({});
    expect(customModelOf(form, FACTS)).toMatchObject({ id: "custom-tiny-q4f32", name: "Tiny-q4f32" });
  });

  it.each(["12", "a lot", "1.5", "99999999"])("refuses %o as a context", (context) => {
    expect(faultsOf(gguf("a.gguf", { context }), FACTS)).toEqual({ context: "context" });
  });

  it("passes the context on as an override", () => {
    expect(customModelOf(gguf("a.gguf", { context: "512", name: "My Model!" }), FACTS)).toMatchObject({
      id: "custom-my-model",
      name: "My Model!",
      overrides: { context_window_size: 512 },
    });
  });
});

it("describes a file from disk by its name and size", () => {
  expect(customModelOfFile({ name: "Küche 2.GGUF", size: 7 }, "blob:x")).toEqual({
    id: "custom-küche-2",
    name: "Küche 2",
    gguf_url: "blob:x",
    download_bytes: 7,
  });
});
