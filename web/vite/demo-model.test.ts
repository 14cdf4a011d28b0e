import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { demoModelFacts } from "./demo-model.ts";
import { defaultRoots } from "./site-files.ts";

const FOLDER = defaultRoots(join(import.meta.dirname, "..")).model;
const facts = demoModelFacts(FOLDER);

it("gives as the download what a browser with WebGPU fetches", () => {
  const loaded = [
    "demo-webgpu.wasm",
    "mlc-chat-config.json",
    "params_shard_0.bin",
    "tensor-cache.json",
    "tokenizer.json",
  ];
  const bytes = loaded.reduce((sum, name) => sum + statSync(join(FOLDER, "webllm", name)).size, 0);
  expect(facts.download_bytes).toBe(bytes);
});

it("gives as the memory the weights and the cache of a whole context, in 32-bit floats", () => {
  const weights = statSync(join(FOLDER, "demo.gguf")).size;
  expect(facts.memory_mb * 1e6).toBeGreaterThan(weights);
  expect(facts.memory_mb).toBeLessThan(100);
});
