import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ENGINE_FILES, pinnedEngines } from "./pinned-engines.ts";

const WEB = join(import.meta.dirname, "..");
const pins = pinnedEngines(WEB);

it("pins the versions that package.json names, so that a wheel and a site of one build agree", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(WEB, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const file of ENGINE_FILES) {
    expect(pins[file.key]?.version).toBe({ ...dependencies, ...devDependencies }[file.package]);
  }
});

it("names the same version in the address on the CDN, and a whole hash", () => {
  for (const { version, cdn, sha256 } of Object.values(pins)) {
    expect(cdn).toContain(`@${version}/`);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

it.each(["web_llm", "wllama"])("pins a %s that is one file: a Blob cannot import its neighbours", (key) => {
  const file = ENGINE_FILES.find((one) => one.key === key);
  const text = readFileSync(join(WEB, "node_modules", file?.package ?? "", file?.path ?? ""), "utf8");
  expect(text).not.toMatch(/^\s*(?:import|export)\b[^;]*\bfrom\s*["']/m);
});
