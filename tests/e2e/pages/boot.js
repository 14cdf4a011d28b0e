// Starts Pyodide on this thread: the page's, or that of the worker that worker.js is. Strings in capitals are filled in.
import { loadPyodide } from "PYODIDE/pyodide.mjs";

globalThis.ready = (async () => {
  const pyodide = await loadPyodide({ indexURL: "PYODIDE/" });
  await pyodide.loadPackage("MICROPIP");
  return pyodide;
})();

globalThis.run = async (code) => (await globalThis.ready).runPythonAsync(code);
