/** Absolute URLs of what the site carries for the engine. */
export interface SiteUrls {
  /** WebLLM's folder of the demo model: WebLLM appends `resolve/main/` to it by itself. */
  demoWebllm: string;
  /** The demo model's compiled WebGPU library. */
  demoLibrary: string;
  /** The demo model for llama.cpp. */
  demoGguf: string;
  /** llama.cpp itself. */
  wllamaWasm: string;
}

/** The site's layout, from the URL of its root: it may lie under any path. */
export function siteUrls(root: string): SiteUrls {
  const at = (path: string): string => new URL(path, root).href;
  return {
    demoWebllm: at("models/demo/webllm/"),
    demoLibrary: at("models/demo/webllm/resolve/main/demo-webgpu.wasm"),
    demoGguf: at("models/demo/demo.gguf"),
    wllamaWasm: at("engines/wllama.wasm"),
  };
}
