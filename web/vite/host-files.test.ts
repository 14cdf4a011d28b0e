import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS, policyOf } from "./csp.ts";
import { hostFiles, rules } from "./host-files.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "deploy", "hosts");

/** The headers that a path gets by rules of this kind. */
function headersOf(path: string, isolated: boolean): [string, string][] {
  return rules(isolated)
    .filter(({ path: pattern }) =>
      pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
    )
    .flatMap(({ headers }) => Object.entries(headers));
}

describe("the files for hosts", () => {
  // `npx vitest run -u vite/host-files.test.ts` writes them again.
  it.each([...hostFiles()])("are what the policies say: %s", async (name, text) => {
    await expect(text).toMatchFileSnapshot(join(FOLDER, name));
  });

  it("are all there is in their folder", () => {
    const there = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1));
    expect(there.sort()).toEqual([...hostFiles().keys()].sort());
  });
});

describe.each([true, false])("the headers of a site that is isolated: %s", (isolated) => {
  it.each([
    "",
    "index.html",
    "engine.html",
    "sw.js",
    "assets/index-1.js",
    "parts/python-1/pyodide.mjs",
    "icon.png",
  ])("say each thing once for %s", (path) => {
    const names = headersOf(path, isolated).map(([name]) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toContain("X-Content-Type-Options");
  });

  it.each([...DOCUMENTS])("hold the policy that %s carries itself, and say who may frame it", (document) => {
    const policy = new Map(headersOf(document, isolated)).get("Content-Security-Policy") ?? "";
    expect(policy.startsWith(policyOf(document))).toBe(true);
    expect(policy).toMatch(/; frame-ancestors ('self'|\*)$/);
  });

  it("keep what never changes, and nothing else", () => {
    expect(new Map(headersOf("assets/index-1.js", isolated)).get("Cache-Control")).toContain("immutable");
    expect(new Map(headersOf("sw.js", isolated)).get("Cache-Control")).toBe("no-cache");
    expect(new Map(headersOf("", isolated)).get("Cache-Control")).toBe("no-cache");
  });

  it("isolate the page where that is asked for", () => {
    const names = headersOf("", isolated).map(([name]) => name);
    expect(names.includes("Cross-Origin-Opener-Policy")).toBe(isolated);
  });
});
