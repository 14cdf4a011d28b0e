// The page of the benchmarks. It offers functions to whoever drives it, measures on its own clock, draws nothing.
const root = new URL("../", document.baseURI);

/** Tasks of this page that took over 50 ms, in ms. */
const longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(duration);
}).observe({ entryTypes: ["longtask"] });

// ---- ours: an Amplifier session in a Python worker, an engine worker beside it ------------------------------

/** A worker of the scripted engine, which takes ports as the real one does. */
async function scriptedPort(sources) {
  const worker = new Worker(new URL("scripted-worker.js", document.baseURI), { type: "module" });
  const started = new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = reject;
  });
  worker.postMessage({ type: "configure", sources });
  await started;
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ type: "connect" }, [port1]);
  return port2;
}

async function realPort() {
  const { EngineFrame } = await import(new URL("lib/bridge.js", root).href);
  return new EngineFrame(new URL("engine.html", root)).connect();
}

class Python {
  #worker = new Worker(new URL("python-worker.js", document.baseURI), { type: "module" });
  #calls = new Map();
  #next = 0;
  onEvent = () => undefined;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      if (typeof data === "string") return this.onEvent(JSON.parse(data));
      const { resolve, reject } = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      if (data.error === undefined) resolve(data.value);
      else reject(new Error(data.error));
    };
    this.#worker.onerror = (event) => console.error("python worker:", event.message);
  }

  async start(port) {
    const source = await (await fetch("session.py")).text();
    return this.#post({ root: root.href, source }, [port]);
  }

  call(name, options) {
    return this.#post({ call: name, options });
  }

  #post(message, transfer = []) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ ...message, id }, transfer);
    });
  }
}

let python = null;

/** Starts Python and an engine with its model. `engine`: webgpu, cpu or scripted. */
async function startOurs({ engine, model, sources = {} }) {
  python = new Python();
  await python.start(engine === "scripted" ? await scriptedPort(sources) : await realPort());
  await python.call("load", { model, device: engine === "scripted" ? "auto" : engine });
}

/** One answer through a session. Times in ms on this page's clock. */
async function answerOurs({ question, config, raw = false, profile = false }) {
  const run = { body: null, text: "", first: null, tokens: 0, figures: null, error: null };
  const tasks = longTasks.length;
  python.onEvent = ({ type, name, payload, error }) => {
    if (type === "turn_failed") run.error = error.message;
    if (name === "llm:request") run.body = payload.raw ?? null;
    if (name === "llm:stream_block_delta") {
      run.first ??= performance.now();
      run.text += payload.text;
    }
    if (name === "llm:response") {
      run.end = performance.now();
      run.tokens = payload.usage?.output ?? payload.usage?.output_tokens ?? 0;
      run.figures = payload.figures ?? null;
      run.error ??= payload.error?.msg ?? null;
    }
  };
  const madeMs = await python.call("prepare", { config: { ...config, raw } });
  const asked = performance.now();
  const inPython = await python.call("answer", { question, profile });
  return { ...timed(asked, run), body: run.body, madeMs, inPython, longTasks: longTasks.slice(tasks) };
}

/** A conversation of a session with its tools: the engine's own counts of each answer of the model. */
const talk = (options) => python.call("talk", options);

// ---- theirs: the engines' own clients ---------------------------------------------------------------------

const clients = new Map();

/** `engine`: webgpu (WebLLM's own worker client) or cpu (wllama). `client`: the name of this one. */
async function startTheirs({ engine, model, client }) {
  const at = (path) => new URL(path, root).href;
  if (engine === "webgpu") {
    const { CreateWebWorkerMLCEngine } = await import("./modules/web-llm.js");
    const worker = new Worker(new URL("webllm-worker.js", document.baseURI), { type: "module" });
    const record = {
      model: at("models/demo/webllm/"),
      model_id: model,
      model_lib: at("models/demo/webllm/resolve/main/demo-webgpu.wasm"),
    };
    clients.set(client, await CreateWebWorkerMLCEngine(worker, model, { appConfig: { model_list: [record] } }));
    return;
  }
  const { Wllama } = await import("./modules/wllama.js");
  const wllama = new Wllama({ default: at("engines/wllama.wasm") });
  wllama.setCompat(null);
  const weights = await (await fetch(at("models/demo/demo.gguf"))).blob();
  await wllama.loadModel([weights], { n_ctx: 2048, n_threads: 1, n_gpu_layers: 0, jinja: true });
  clients.set(client, { chat: { completions: { create: (body) => wllama.createChatCompletion(body) } } });
}

/** The same body, streamed by an engine's own client into this page. */
async function answerTheirs({ client, messages, temperature, max_tokens, ...own }) {
  const run = { text: "", first: null, tokens: 0, figures: null, error: null };
  const asked = performance.now();
  const stream = await clients.get(client).chat.completions.create({
    messages,
    temperature,
    max_tokens,
    ...own,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const { choices, usage, timings } of stream) {
    const text = choices[0]?.delta.content;
    if (text) {
      run.first ??= performance.now();
      run.text += text;
    }
    run.tokens = usage?.completion_tokens ?? timings?.predicted_n ?? run.tokens;
    const decode = usage?.extra?.decode_tokens_per_s ?? timings?.predicted_per_second;
    if (decode !== undefined) run.figures = { decode_tokens_per_s: decode };
  }
  run.end = performance.now();
  return timed(asked, run);
}

const timed = (asked, { text, first, end, tokens, figures, error }) => ({
  text,
  tokens,
  error,
  figures,
  firstMs: first === null ? null : first - asked,
  totalMs: end - asked,
});

async function adapter() {
  const { vendor, architecture, description } = (await navigator.gpu.requestAdapter()).info;
  return description || [vendor, architecture].filter(Boolean).join(" ");
}

globalThis.bench = {
  adapter,
  startOurs,
  answerOurs,
  talk,
  startTheirs,
  answerTheirs,
};
