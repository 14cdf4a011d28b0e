declare module "virtual:demo-model" {
  /** `DemoModelFacts`, which cannot be imported here. */
  const facts: {
    id: string;
    context_window: number;
    quantization: string;
    download_bytes: number;
    memory_mb: number;
  };
  export default facts;
}

declare module "virtual:webllm-catalogue" {
  import type { ModelRecord } from "@mlc-ai/web-llm";

  const records: ModelRecord[];
  export default records;
}
