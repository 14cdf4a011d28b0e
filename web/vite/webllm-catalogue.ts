import type { Plugin } from "vite";

const ID = "virtual:webllm-catalogue";

/**
 * WebLLM's list of models as a module of its own. The list lives in the 6.8 MB bundle of the engine; a browser
 * that computes on the CPU must be able to read it without parsing that.
 */
export function webllmCatalogue(): Plugin {
  return {
    name: "webllm-catalogue",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return undefined;
      const { prebuiltAppConfig } = await import("@mlc-ai/web-llm");
      return `export default ${JSON.stringify(prebuiltAppConfig.model_list)};`;
    },
  };
}
