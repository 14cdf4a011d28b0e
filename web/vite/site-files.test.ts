import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ENGINE_FILES, installedFile } from "./pinned-engines.ts";
import { MissingPart, siteFile, siteFiles, type SiteRoots } from "./site-files.ts";
import { temporaryFolders } from "./temporary-folders.ts";

const newFolder = temporaryFolders();
let roots: SiteRoots;

function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "x");
}

beforeEach(() => {
  const base = newFolder("site-files");
  roots = { web: join(base, "web"), wheels: join(base, "wheels"), model: join(base, "model") };
  for (const name of [
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
  ]) {
    put(join(roots.web, "node_modules", "pyodide", name));
  }
  for (const file of ENGINE_FILES) put(installedFile(roots.web, file));
  put(join(base, "webllm_provider", "_engine", "engines.json"));
  put(join(roots.wheels, "pyodide-lock.json"));
  put(join(roots.wheels, "simple", "pydantic", "index.html"));
  put(join(roots.model, "webllm", "mlc-chat-config.json"));
  put(join(roots.model, "demo.gguf"));
  put(join(roots.model, "manifest.json"));
  put(join(roots.model, "reference_logits.json"));
});

describe("the carried files", () => {
  it("lie where the page, Python and the engines look for them", () => {
    expect(
      siteFiles(roots)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      "engines/engines.json",
      "engines/web-llm.js",
      "engines/wllama.js",
      "engines/wllama.wasm",
      "models/demo/demo.gguf",
      "models/demo/manifest.json",
      "models/demo/webllm/resolve/main/mlc-chat-config.json",
      "pyodide/pyodide-lock.json",
      "pyodide/pyodide.asm.mjs",
      "pyodide/pyodide.asm.wasm",
      "pyodide/pyodide.mjs",
      "pyodide/python_stdlib.zip",
      "wheels/pyodide-lock.json",
      "wheels/simple/pydantic/index.html",
    ]);
  });

  it("are found one by one, also while another part is missing", () => {
    const broken = { ...roots, model: join(roots.model, "nowhere") };
    expect(siteFile(broken, "wheels/pyodide-lock.json")?.source).toBe(
      join(roots.wheels, "pyodide-lock.json"),
    );
    expect(siteFile(broken, "assets/index.js")).toBeUndefined();
  });
});

describe("a missing part", () => {
  it.each([
    ["wheels", "./build_wheel.sh"],
    ["model", "models/demo/artifacts"],
    ["web", "npm ci"],
  ] as const)("(%s) is an error that says what to run", (part, todo) => {
    const broken = { ...roots, [part]: join(roots[part], "nowhere") };
    expect(() => siteFiles(broken)).toThrow(MissingPart);
    expect(() => siteFiles(broken)).toThrow(todo);
  });
});
