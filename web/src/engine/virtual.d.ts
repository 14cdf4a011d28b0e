declare module "virtual:webllm-catalogue" {
  import type { ModelRecord } from "@mlc-ai/web-llm";

  const records: ModelRecord[];
  export default records;
}
