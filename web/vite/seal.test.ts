import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { OfflineManifest } from "../src/offline/manifest.ts";
import { seal } from "./seal.mjs";
import { temporaryFolders } from "./temporary-folders.ts";

const newFolder = temporaryFolders();
let folder: string;
const DOCUMENT = '<meta name="build" content="development" />';

function put(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const manifest = (): OfflineManifest => JSON.parse(read("offline.json")) as OfflineManifest;

beforeEach(() => {
  folder = newFolder("seal");
  put("index.html", DOCUMENT);
  put("engine.html", DOCUMENT);
  put("ahead.js", "ahead");
  put("sw.js", "self.addEventListener('fetch', () => undefined);\n");
  put("version.json", JSON.stringify({ version: "1.2.3", protocol: { min: 1, max: 2 } }));
  put("assets/index-abc.js", "page");
  put("assets/web-llm-abc.js", "engine");
  put("parts/demo-abc/demo.gguf", "model");
  put("models/demo/demo.gguf", "model");
  put("wheels/simple/a/index.html", "index");
});

it("lists what the application needs, with size, hash and part, and nothing of what others use", () => {
  seal(folder);
  expect(manifest().files.map(({ path, part }) => [path, part])).toEqual([
    ["ahead.js", "shell"],
    ["assets/index-abc.js", "shell"],
    ["assets/web-llm-abc.js", "engines"],
    ["engine.html", "shell"],
    ["index.html", "shell"],
    ["parts/demo-abc/demo.gguf", "demo"],
  ]);
  for (const { path, sha256, bytes } of manifest().files) {
    expect(sha256).toBe(createHash("sha256").update(read(path)).digest("hex"));
    expect(bytes).toBe(read(path).length);
  }
  expect(manifest()).toMatchObject({ version: "1.2.3", protocol: { min: 1, max: 2 } });
});

it("gives the service worker the manifest, and the documents the build id", () => {
  const { build } = seal(folder);
  expect(read("index.html")).toContain(`content="${build}"`);
  const [first = "", ...script] = read("sw.js").split("\n");
  expect(JSON.parse(first.slice("self.offlineManifest=".length, -1))).toEqual(manifest());
  expect(script.join("\n")).toBe("self.addEventListener('fetch', () => undefined);\n");
});

it("changes nothing when it seals what is sealed, and the build id with any file", () => {
  const { build } = seal(folder);
  const worker = read("sw.js");
  expect(seal(folder).build).toBe(build);
  expect(read("sw.js")).toBe(worker);
  put("parts/demo-abc/demo.gguf", "other");
  expect(seal(folder).build).not.toBe(build);
});

it("refuses a document that could not know which build it is", () => {
  put("engine.html", "<!doctype html>");
  expect(() => seal(folder)).toThrow("engine.html");
});
