/** The absolute URLs of one copy of the demo model. */
export interface DemoModelUrls {
  /** WebLLM's folder: WebLLM appends `resolve/main/` to it by itself. */
  webllm: string;
  /** The compiled WebGPU library. */
  library: string;
  /** The one file that llama.cpp reads. */
  gguf: string;
}

/** The layout of a folder that carries the demo model. */
export function demoUrls(folder: string): DemoModelUrls {
  const at = (path: string): string => new URL(path, folder).href;
  return {
    webllm: at("webllm/"),
    library: at("webllm/resolve/main/demo-webgpu.wasm"),
    gguf: at("demo.gguf"),
  };
}
