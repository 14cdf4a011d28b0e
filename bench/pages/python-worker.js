// Python with Amplifier sessions, as a page of one's own has it: the site's bridge, stable paths, public API.
// The page sends {root, source} and a port to an engine, then calls of functions of that Python source.
let ready = null;
// As the text that Python wrote, which the page reads: so does the application.
const post = (json) => self.postMessage(json);

async function start({ root, source }, port) {
  const { EngineLink, installBridge } = await import(new URL("lib/bridge.js", root).href);
  const link = new EngineLink({ name: "bench", locks: navigator.locks });
  link.attach(port);
  installBridge(globalThis, link);
  const wheels = new URL("wheels/", root).href;
  const { loadPyodide } = await import(new URL("pyodide/pyodide.mjs", root).href);
  const pyodide = await loadPyodide({
    indexURL: new URL("pyodide/", root).href,
    lockFileURL: `${wheels}pyodide-lock.json`,
    packageBaseUrl: wheels,
  });
  await pyodide.loadPackage(["webllm-provider", "amplifier-core"], { messageCallback: () => undefined });
  const names = pyodide.toPy({});
  await pyodide.runPythonAsync(source, { globals: names });
  return names;
}

async function call(name, options) {
  const names = await ready;
  return JSON.parse(await names.get(name)(JSON.stringify(options), post));
}

self.addEventListener("message", ({ data, ports }) => {
  ready ??= start(data, ports[0]);
  const work = data.call === undefined ? ready.then(() => null) : call(data.call, data.options);
  work.then(
    (value) => self.postMessage({ id: data.id, value }),
    (error) => self.postMessage({ id: data.id, error: String(error) }),
  );
});
