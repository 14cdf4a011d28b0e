import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pythonSnapshot, SNAPSHOT_NAME } from "../../vite/python-snapshot";
import { startFrom } from "./interpreter";
import { fetchSnapshot } from "./snapshot";

const web = resolve(import.meta.dirname, "..", "..");
const pyodide = join(web, "node_modules", "pyodide");
const LOCK = readFileSync(join(pyodide, "pyodide-lock.json"), "utf8");
const snapshot = readFileSync(join(pythonSnapshot(web), SNAPSHOT_NAME));
const SAYS = "import random, sys; f'{random.random()} {\"asyncio.taskgroups\" in sys.modules}'";

async function said(served: () => Response): Promise<string> {
  const memory = await fetchSnapshot("https://site.test/snapshot.gz", () => Promise.resolve(served()));
  const options = { indexURL: `${pyodide}/`, lockFileContents: LOCK, env: { PYTHONDONTWRITEBYTECODE: "1" } };
  const python = await startFrom(memory, loadPyodide, options);
  return String(python.runPython(SAYS));
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((sentence: string) => warnings.push(sentence));
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("restores Python with its modules, and draws its own chance each time", async () => {
  const starts = [await said(() => new Response(snapshot)), await said(() => new Response(snapshot))];
  expect(starts.map((start) => start.split(" ")[1])).toEqual(["True", "True"]);
  expect(starts[0]).not.toBe(starts[1]);
  expect(warnings).toEqual([]);
});

const ofAnotherBuild = (): Uint8Array<ArrayBuffer> => {
  const memory = new Uint8Array(gunzipSync(snapshot));
  // The build's name stands behind the first four words.
  memory[4 * 4] = (memory[4 * 4] ?? 0) ^ 0xff;
  return new Uint8Array(gzipSync(memory, { level: 1 }));
};

it.each([
  ["is not there", () => new Response("", { status: 404 })],
  ["is cut", () => new Response(snapshot.subarray(0, 1000))],
  ["belongs to another build", () => new Response(ofAnotherBuild())],
  ["is something else", () => new Response(gzipSync("hello"))],
])("starts Python the ordinary way where its snapshot %s", async (_, served) => {
  expect(await said(served)).toMatch(/ (True|False)$/);
  expect(warnings.join()).toContain("starts the ordinary way");
});
