// What an application writes with the npm package; bundled by tests/e2e/bundles.py.
import { WebLLMClient } from "../../../web/src/lib/client/webllm-client.ts";

globalThis.progress = [];
globalThis.makeClient = (options) => {
  globalThis.client = new WebLLMClient({ baseUrl: document.baseURI, ...options });
};
globalThis.cards = async (request) => {
  try {
    return await client.generateFlashcards(request, { onProgress: (told) => progress.push(told.progress) });
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
