// @vitest-environment jsdom
import { expect, it } from "vitest";
import { engineSources, pythonUrls } from "./site-files";

const HERE = document.baseURI;

it("looks beside the page where nothing is said", () => {
  expect(pythonUrls({})).toEqual({
    pyodide_url: `${HERE}webllm-provider/pyodide/`,
    lock_url: `${HERE}webllm-provider/wheels/pyodide-lock.json`,
    packages_url: `${HERE}webllm-provider/wheels/`,
  });
  expect(engineSources({})).toMatchObject({
    wllamaWasm: `${HERE}webllm-provider/engines/wllama.wasm`,
    demo: { gguf: `${HERE}webllm-provider/models/demo/demo.gguf` },
    models: [],
    batchLimit: null,
  });
});

it("takes a site with or without a slash at its end", () => {
  const urls = ["https://a.example/b", "https://a.example/b/"].map((site) => pythonUrls({ site }));
  expect(urls[0]).toEqual(urls[1]);
  expect(urls[0]?.pyodide_url).toBe("https://a.example/b/pyodide/");
});

it("prefers what is said of one part", () => {
  const site = "https://a.example/";
  expect(pythonUrls({ site, pyodide: "https://cdn.example/pyodide" })).toMatchObject({
    pyodide_url: "https://cdn.example/pyodide/",
    packages_url: "https://a.example/wheels/",
  });
  expect(engineSources({ site, wllamaWasm: "own.wasm", demo: null })).toMatchObject({
    wllamaWasm: `${HERE}own.wasm`,
    demo: null,
  });
});

it("leaves the CPU out where null says so", () => {
  expect(engineSources({ wllamaWasm: null }).wllamaWasm).toBeNull();
});
