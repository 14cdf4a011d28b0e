// Boots one Pyodide under Node, runs Python checks in it, writes what happened as JSON.
//
//     node runner.mjs plan.json result.json
//
// The plan says how the packages get in (`boot`) and what to run; see harness.py, which writes it.

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [planPath, resultPath] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planPath, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${plan.pyodide}/pyodide.mjs`));

// Pyodide reports a package that cannot be fetched to a callback and goes on without it.
async function loadPackages(pyodide, names) {
  const problems = [];
  await pyodide.loadPackage(names, {
    checkIntegrity: true,
    messageCallback: () => {},
    errorCallback: (message) => problems.push(message),
  });
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

// As the application does it: our lock file, our wheels, nothing from anywhere else.
async function bootFromLock() {
  const response = await fetch(`${plan.wheels}pyodide-lock.json`);
  const pyodide = await loadPyodide({ lockFileContents: await response.text(), packageBaseUrl: plan.wheels });
  await loadPackages(pyodide, plan.install);
  return pyodide;
}

// As a user of the package does it: micropip and the static index.
async function bootWithMicropip() {
  const pyodide = await loadPyodide();
  await loadPackages(pyodide, [`${plan.wheels}${plan.micropip}`]);
  pyodide.globals.set("requirements", pyodide.toPy(plan.install));
  pyodide.globals.set("index_url", `${plan.wheels}simple`);
  await pyodide.runPythonAsync(
    "import micropip\nawait micropip.install(requirements, index_urls=[index_url])",
  );
  return pyodide;
}

// The same where Pyodide's own packages are to come from a place that does not have them.
async function bootAstray() {
  const pyodide = await loadPyodide({ packageBaseUrl: plan.wheels });
  await loadPackages(pyodide, [`${plan.wheels}${plan.micropip}`]);
  return pyodide;
}

// What a page's bridge does, with a script instead of an engine. `null` after the last batch, as in the page.
function installScriptedBridge(batches) {
  const calls = { opened: 0, cancelled: 0 };
  globalThis.scripted_bridge_calls = calls;
  globalThis.js_llm_status = async () => JSON.stringify({ type: "ready", model: plan.model, queued: 0 });
  globalThis.js_llm_models = async () => "[]";
  globalThis.js_llm_stream = () => {
    calls.opened += 1;
    const left = [...batches];
    let wake = () => {};
    let cancelled = false;
    async function next() {
      const batch = left.shift();
      if (batch === undefined) return null;
      if (batch === "wait") await new Promise((resolve) => (wake = resolve));
      return batch === "wait" ? null : JSON.stringify(batch);
    }
    const source = {
      next,
      cancel() {
        calls.cancelled += 1;
        cancelled = true;
        wake();
      },
    };
    // Every other one is a page of an older recipe, which has promises only.
    if (calls.opened % 2 === 0) return source;
    // As the bridge does: a long text comes as its bytes.
    const crossing = (json) => (json === null || json.length < 4096 ? json : new TextEncoder().encode(json));
    const next_to = (take) => void next().then((json) => cancelled || take(crossing(json)));
    return { ...source, next_to };
  };
  globalThis.answer_null = () => null;
  globalThis.answer_undefined = () => undefined;
}

function mountSources(pyodide) {
  for (const [from, to] of Object.entries(plan.mounts)) {
    pyodide.FS.mkdirTree(to);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: from }, to);
  }
}

async function run(pyodide, check) {
  try {
    const value = await pyodide.runPythonAsync(check.code, { filename: `<${check.name}>` });
    return { name: check.name, passed: true, value: value === undefined ? null : value };
  } catch (error) {
    return { name: check.name, passed: false, error: String(error.message ?? error) };
  }
}

const result = { boot: null, checks: [] };
try {
  const boots = { lock: bootFromLock, micropip: bootWithMicropip, astray: bootAstray };
  const pyodide = await boots[plan.boot]();
  installScriptedBridge(plan.batches);
  mountSources(pyodide);
  for (const check of plan.checks) result.checks.push(await run(pyodide, check));
} catch (error) {
  result.boot = String(error.message ?? error);
}
writeFileSync(resultPath, JSON.stringify(result));
console.log(`${basename(planPath)}: ${result.checks.length} checks`);
process.exit(0);
