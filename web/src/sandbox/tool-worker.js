// The disposable interpreter: starts Pyodide from the bytes that it is given, runs one tool once, says how it ended.
const files = new Map();
const PLACE = "https://interpreter.invalid/";

/** @param {unknown} words */
const say = (words) => postMessage(JSON.stringify(words));

/** Answers from the given files alone; everything else is refused, by the frame's policy as well. */
globalThis.fetch = async (/** @type {unknown} */ address) => {
  const name = String(address).slice(PLACE.length);
  const content = String(address).startsWith(PLACE) ? files.get(name) : undefined;
  if (content === undefined) throw new TypeError("A tool reaches no network.");
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(content, { headers: { "Content-Type": type } });
};

// Pyodide refuses a worker that can do this; nothing here has to.
globalThis.importScripts = () => {
  throw new TypeError("A tool loads no scripts.");
};

/** @param {string} name */
async function load(name) {
  const address = URL.createObjectURL(new Blob([files.get(name)], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// All that `import js` finds in a tool.
const WORLD = Object.freeze(Object.assign(Object.create(null), { Object, Array, setTimeout, clearTimeout }));

/** @param {{files: Record<string, ArrayBuffer>, harness: string, lock: string, source: string, arguments: string}} run */
async function start(run) {
  for (const [name, bytes] of Object.entries(run.files)) files.set(name, bytes);
  const { default: createPyodideModule } = await load("pyodide.asm.mjs");
  const { loadPyodide } = await load("pyodide.mjs");
  const pyodide = await loadPyodide({
    indexURL: PLACE,
    packageBaseUrl: PLACE,
    lockFileContents: run.lock,
    createPyodideModule,
    jsglobals: WORLD,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdin: () => null,
    stdout: () => undefined,
    stderr: () => undefined,
  });
  files.clear();
  pyodide.runPython(run.harness);
  return pyodide.globals.get("run_tool");
}

addEventListener(
  "message",
  async ({ data: run }) => {
    let runTool;
    try {
      runTool = await start(run);
    } catch (error) {
      say({ type: "broken", message: String(error) });
      return;
    }
    say({ type: "started" });
    postMessage(await runTool(run.source, run.arguments));
  },
  { once: true },
);
