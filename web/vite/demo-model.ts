import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import type { DemoModelFacts } from "../src/models/catalogue.ts";

const ID = "virtual:demo-model";

/** A file that a loader does not ask for: it takes tokenizer.json alone. */
const NOT_LOADED = "webllm/tokenizer_config.json";
const BYTES_PER_FLOAT = 4;

/** The demo model's facts as a module of its own, read from the files that its build wrote beside it. */
export function demoModel(folder: string): Plugin {
  return {
    name: "demo-model",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      return `export default ${JSON.stringify(demoModelFacts(folder))};`;
    },
  };
}

/** The facts that stand in `manifest.json` and `mlc-chat-config.json`, or follow from them. */
export function demoModelFacts(folder: string): DemoModelFacts {
  const manifest = read(join(folder, "manifest.json")) as Manifest;
  const config = read(join(folder, "webllm", "mlc-chat-config.json")) as ChatConfig;
  const { num_hidden_layers: layers, num_key_value_heads: heads, head_dim: width } = config.model_config;
  const cached = 2 * layers * config.context_window_size * heads * width;
  return {
    id: manifest.model_id,
    context_window: config.context_window_size,
    quantization: config.quantization,
    download_bytes: Object.entries(manifest.files)
      .filter(([path]) => path.startsWith("webllm/") && path !== NOT_LOADED)
      .reduce((sum, [, { bytes }]) => sum + bytes, 0),
    memory_mb: Math.ceil(((manifest.parameters + cached) * BYTES_PER_FLOAT) / 1e6),
  };
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

interface Manifest {
  model_id: string;
  parameters: number;
  files: Record<string, { bytes: number }>;
}

interface ChatConfig {
  quantization: string;
  context_window_size: number;
  model_config: { num_hidden_layers: number; num_key_value_heads: number; head_dim: number };
}
