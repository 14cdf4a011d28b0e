import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { SiteRoots } from "./site-files.ts";
import { ENGINE_FILES, installedFile } from "./pinned-engines.ts";
import { carriedPathOf, partFiles, pythonFileBytes, siteParts } from "./site-parts.ts";
import { temporaryFolders } from "./temporary-folders.ts";

const newFolder = temporaryFolders();
let roots: SiteRoots;

function put(path: string, content = "x"): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

beforeEach(() => {
  const base = newFolder("site-parts");
  roots = { web: join(base, "web"), wheels: join(base, "wheels"), model: join(base, "model") };
  for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json"]) {
    put(join(roots.web, "node_modules", "pyodide", name));
  }
  put(join(roots.web, "node_modules", "pyodide", "python_stdlib.zip"));
  for (const file of ENGINE_FILES) put(installedFile(roots.web, file));
  put(join(base, "webllm_provider", "_engine", "engines.json"));
  put(join(roots.wheels, "pyodide-lock.json"));
  put(join(roots.wheels, "a-1-py3-none-any.whl"));
  put(join(roots.wheels, "simple", "a", "index.html"));
  put(join(roots.model, "webllm", "mlc-chat-config.json"));
  put(join(roots.model, "demo.gguf"));
  put(join(roots.model, "manifest.json"));
});

it("holds what the application reads, in folders named by their content", () => {
  const plain = partFiles(roots).map(({ path }) => path.replace(/-[0-9a-f]{10}\//, "/"));
  expect(plain.sort()).toEqual([
    "parts/demo/demo.gguf",
    "parts/demo/webllm/resolve/main/mlc-chat-config.json",
    "parts/engines/wllama.wasm",
    "parts/python/pyodide.asm.mjs",
    "parts/python/pyodide.asm.wasm",
    "parts/python/pyodide.mjs",
    "parts/python/python_stdlib.zip",
    "parts/wheels/a-1-py3-none-any.whl",
    "parts/wheels/pyodide-lock.json",
  ]);
});

it("gives a part another folder when one of its files changes, and leaves the others", () => {
  const before = siteParts(roots);
  put(join(roots.wheels, "a-1-py3-none-any.whl"), "y");
  const after = siteParts(roots);
  expect(after.wheels).not.toBe(before.wheels);
  expect({ ...after, wheels: "" }).toEqual({ ...before, wheels: "" });
});

it("knows the sizes of what a first start of Python downloads", () => {
  put(join(roots.wheels, "a-1-py3-none-any.whl"), "four");
  expect(pythonFileBytes(roots)).toEqual({
    "a-1-py3-none-any.whl": 4,
    "pyodide.asm.wasm": 1,
    "python_stdlib.zip": 1,
  });
});

it("leads the development server from a part's path to the file behind it, whatever the hash", () => {
  expect(carriedPathOf("parts/demo-0123456789/webllm/resolve/main/tokenizer.json")).toBe(
    "models/demo/webllm/resolve/main/tokenizer.json",
  );
  expect(carriedPathOf("parts/python-abc/pyodide.mjs")).toBe("pyodide/pyodide.mjs");
  expect(carriedPathOf("parts/unknown-abc/file")).toBeUndefined();
  expect(carriedPathOf("models/demo/demo.gguf")).toBeUndefined();
});
