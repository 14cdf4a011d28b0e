// The worker that WebLLM's documentation tells a page to have.
import { WebWorkerMLCEngineHandler } from "./modules/web-llm.js";

const handler = new WebWorkerMLCEngineHandler();
self.onmessage = (event) => handler.onmessage(event);
