import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pythonMadeAhead, SNAPSHOT_NAME } from "../../vite/python-snapshot";
import { defaultRoots } from "../../vite/site-files";
import { startFrom, type PyodideScripts, type Started } from "./interpreter";
import { loadPackages } from "./packages";
import { openSnapshot, type Snapshot } from "./snapshot";

const web = resolve(import.meta.dirname, "..", "..");
const pyodide = join(web, "node_modules", "pyodide");
const made = pythonMadeAhead(defaultRoots(web));
if (made === null) throw new Error("There are no wheels: run ./build_wheel.sh first.");
const { bytecode } = made;
const LOCK = readFileSync(join(bytecode, "pyodide-lock.json"), "utf8");
// As the offline store keeps it.
const snapshot = new Uint8Array(gunzipSync(readFileSync(join(made.snapshot, SNAPSHOT_NAME))));
const { default: createPyodideModule } = (await import(
  /* @vite-ignore */ join(pyodide, "pyodide.asm.mjs")
)) as { default: PyodideScripts["createPyodideModule"] };

const wheel = (name: string): Promise<Response> =>
  Promise.resolve(new Response(readFileSync(join(bytecode, name))));

interface Start {
  kept?: () => Response | undefined;
  wheel?: (name: string) => Promise<Response>;
}

const open = ({ kept = () => new Response(snapshot), wheel: brought = wheel }: Start): Promise<Snapshot | null> =>
  openSnapshot({ kept: () => Promise.resolve(kept()), wheel: brought });

async function start(given: Start = {}): Promise<Started> {
  return startWith(await open(given));
}

function startWith(opened: Snapshot | null): Promise<Started> {
  const options = {
    indexURL: `${pyodide}/`,
    packageBaseUrl: `${bytecode}/`,
    lockFileContents: LOCK,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  };
  return startFrom(opened, { loadPyodide, createPyodideModule }, options);
}

// Whole interpreters start here.
vi.setConfig({ testTimeout: 180_000 });

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((sentence: string) => warnings.push(sentence));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const CHANCE = `
import json, os, random, secrets, uuid
json.dumps([random.random(), os.urandom(8).hex(), secrets.token_hex(8), str(uuid.uuid4())])
`;

it("restores Python with everything imported, and draws its own chance each time", async () => {
  const drawn = new Set<unknown>();
  for (let count = 0; count < 2; count += 1) {
    const { pyodide: python, restored } = await start();
    expect(restored).toBe(true);
    expect(python.runPython("import sys; 'webllm_provider.session.worker' in sys.modules")).toBe(true);
    for (const one of JSON.parse(String(python.runPython(CHANCE))) as unknown[]) drawn.add(one);
  }
  expect(drawn.size).toBe(2 * 4);
  expect(warnings).toEqual([]);
});

const USES = `
import importlib.metadata, json, traceback
from pydantic import BaseModel, ValidationError
from amplifier_core import ChatRequest, Message

class Answer(BaseModel):
    number: int
    words: list[str] = []

def refuse():
    Answer(number="none")

refusal = ""
try:
    refuse()
except ValidationError as error:
    refusal = str(error.errors()[0]["type"])
request = ChatRequest(messages=[Message(role="user", content="hello")])
import webllm_provider.testing  # which no session imports
try:
    from webllm_provider.session.reading import read_message
    read_message("no json")
except Exception as error:
    trace = "".join(traceback.format_exception(error))
json.dumps([refusal, Answer.model_validate_json('{"number": 3}').number, request.messages[0].content,
            importlib.metadata.version("amplifier-core"), trace])
`;

it("gives a Python whose side modules, metadata and modules of later work as in any other", async () => {
  const { pyodide: python } = await start();
  const [refusal, number, content, version, trace] = JSON.parse(String(python.runPython(USES))) as string[];
  expect([refusal, number, content]).toEqual(["int_parsing", 3, "hello"]);
  expect(version).toMatch(/^\d+\.\d+/);
  // Without its source, a frame still says the file as the public wheel has it, the line and the function.
  expect(trace).toMatch(/site-packages\/webllm_provider\/session\/reading\.py", line \d+, in read_message/);
});

it("takes packages of later as any other does: the API's", async () => {
  const { pyodide: python } = await start();
  await loadPackages(python, ["starlette"]);
  expect(python.runPython("import webllm_provider.api.exchange as api; api.hosted.__name__")).toBe("hosted");
});

const ZONE = `
import json, time
from datetime import datetime

halves = [datetime(2026, month, 1, 12).astimezone() for month in (1, 7)]
json.dumps([time.tzname, time.timezone, time.altzone, time.daylight, [half.isoformat() for half in halves],
            [half.tzname() for half in halves]])
`;

it.each(["Asia/Kolkata", "Australia/Sydney"])("lives in the device's zone: %s", async (zone) => {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  try {
    const { pyodide: restored } = await start();
    const { pyodide: ordinary } = await start({ kept: () => undefined });
    expect(JSON.parse(String(restored.runPython(ZONE)))).toEqual(JSON.parse(String(ordinary.runPython(ZONE))));
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }
});

it("gives the snapshot's own memory back once it has been restored", async () => {
  const opened = await open({});
  expect(opened?.content.length).toBeGreaterThan(0);
  const { restored } = await startWith(opened);
  expect(restored).toBe(true);
  expect(opened?.content.length).toBe(0);
});

const changed = (at: (memory: Uint8Array) => number): Uint8Array<ArrayBuffer> => {
  const content = snapshot.slice();
  const place = at(content);
  content[place] = (content[place] ?? 0) ^ 0xff;
  return content;
};
const memoryAt = (content: Uint8Array): number => 4 + new DataView(content.buffer).getUint32(0, true);

it.each([
  ["is cut", { kept: () => new Response(snapshot.subarray(0, 1_000_000)) }],
  // The build's name stands behind the first four words.
  ["belongs to another build", { kept: () => new Response(changed((content) => memoryAt(content) + 4 * 4)) }],
  ["stands beside other wheels", { wheel: () => Promise.resolve(new Response("", { status: 404 })) }],
])("starts Python the ordinary way where its snapshot %s", async (_, given: Start) => {
  const { pyodide: python, restored } = await start(given);
  expect(restored).toBe(false);
  expect(python.runPython("1 + 1")).toBe(2);
  expect(warnings.join()).toContain("starts the ordinary way");
});

it("does without a snapshot that is none, and says so", async () => {
  expect(await open({ kept: () => new Response("hello") })).toBeNull();
  expect(warnings.join()).toContain("starts the ordinary way");
});

it("does without a snapshot that is not kept, and says nothing", async () => {
  expect(await open({ kept: () => undefined })).toBeNull();
  expect(warnings).toEqual([]);
});
