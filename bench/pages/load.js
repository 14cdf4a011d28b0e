// Loads one model, by our engine room or by the engine's own loader, and asks it for one token. All times in ms since
// the beginning. What a page imports for either is imported before; workers and what they import are in the time.
import { EngineClient, EngineFrame } from "../lib/bridge.js";
import { CreateWebWorkerMLCEngine } from "./modules/web-llm.js";
import { Wllama } from "./modules/wllama.js";

const root = new URL("../", document.baseURI);
const at = (path) => new URL(path, root).href;
const QUESTION = { messages: [{ role: "user", content: "Hello" }], temperature: 0, max_tokens: 1 };

/** Notes each moment once. */
class Moments {
  #began = performance.now();
  seen = {};

  note(name) {
    this.seen[name] ??= performance.now() - this.#began;
  }
}

/** Behind the start of a room that is not measured. */
const SETTLE_MS = 500;
let client = null;

function openRoom() {
  client ??= new EngineClient(new EngineFrame(at("engine.html")).connect(), { locks: navigator.locks });
  return client;
}

async function* eventsOf(stream) {
  for (let batch; (batch = await stream.next()) !== null; ) yield* batch;
}

/** Tells our engine room of a model of our own; it remembers. */
async function addOurs(model) {
  await openRoom().query({ type: "add_model", model });
}

/**
 * Loads by our room, which starts with it, or has started before. A question waits behind the load, as after a click:
 * without one the room would have the model write a token before it calls it loaded.
 */
async function loadOurs({ model, device, open }) {
  if (open) {
    await openRoom().status();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
  const moments = new Moments();
  const room = openRoom();
  const loading = room.load(model, device);
  const answer = room.complete(QUESTION);
  for await (const event of eventsOf(loading)) {
    if (event.type === "failure") throw new Error(event.error.message);
    if (event.type === "loaded") moments.note("loaded");
    if (event.stage === "read_cache" && event.loaded_bytes === event.total_bytes) moments.note("uploaded");
  }
  for await (const event of eventsOf(answer)) {
    if (event.type === "failure") throw new Error(event.error.message);
    if (event.type === "delta") moments.note("first");
  }
  return moments.seen;
}

/** Loads as WebLLM's documentation tells a page to. */
async function loadByWebLLM({ model, folder, library }) {
  const moments = new Moments();
  const worker = new Worker(at("bench/webllm-worker.js"), { type: "module" });
  const model_list = [{ model: at(folder), model_id: model, model_lib: at(library) }];
  const initProgressCallback = ({ text }) => {
    if (/^Loading model from cache\[(\d+)\/\1\]/.test(text)) moments.note("uploaded");
  };
  const engine = await CreateWebWorkerMLCEngine(worker, model, { appConfig: { model_list }, initProgressCallback });
  moments.note("loaded");
  for await (const { choices } of await engine.chat.completions.create({ ...QUESTION, stream: true })) {
    if (choices[0]?.delta.content) moments.note("first");
  }
  return moments.seen;
}

/** Loads as wllama's documentation tells a page to: from its own cache, where it puts a file the first time. */
async function loadByWllama({ gguf, context }) {
  const moments = new Moments();
  const wllama = new Wllama({ default: at("engines/wllama.wasm") });
  wllama.setCompat(null);
  const parameters = { n_threads: 1, n_gpu_layers: 0, n_parallel: 1, jinja: true };
  await wllama.loadModelFromUrl(at(gguf), { ...parameters, ...(context === null ? {} : { n_ctx: context }) });
  moments.note("loaded");
  const stream = await wllama.createChatCompletion({ ...QUESTION, stream: true });
  for await (const { choices } of stream) if (choices[0]?.delta.content) moments.note("first");
  return moments.seen;
}

async function adapter() {
  const { vendor, architecture, description } = (await navigator.gpu.requestAdapter()).info;
  return description || [vendor, architecture].filter(Boolean).join(" ");
}

globalThis.loads = { adapter, addOurs, loadOurs, loadByWebLLM, loadByWllama };
