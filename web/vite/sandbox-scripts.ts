/** The scripts that stand inside of the sandbox's frames: as text, with the hash by which a policy names them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const ID = "virtual:sandbox-scripts";
const FOLDER = resolve(import.meta.dirname, "..", "src", "sandbox");
const FRAMES = { tool: "tool-frame.js", fetch: "fetch-frame.js" } as const;

export interface InlineScript {
  script: string;
  /** A source expression for `script-src`. */
  hash: string;
}

/** The script of one kind of frame. */
export function frameScript(frame: keyof typeof FRAMES): InlineScript {
  const script = readFileSync(resolve(FOLDER, FRAMES[frame]), "utf8");
  return { script, hash: `'sha256-${createHash("sha256").update(script).digest("base64")}'` };
}

/** Pyodide's lock file without a package: text, as Pyodide takes it. It starts with none but its own. */
function emptyLock(): string {
  const file = resolve(import.meta.dirname, "..", "node_modules", "pyodide", "pyodide-lock.json");
  const { info } = JSON.parse(readFileSync(file, "utf8")) as { info: unknown };
  return JSON.stringify({ info, packages: {} });
}

/** The scripts as a module of its own. */
export function sandboxScriptsModule(): Plugin {
  return {
    name: "sandbox-scripts",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      for (const name of Object.values(FRAMES)) this.addWatchFile(resolve(FOLDER, name));
      const scripts = { tool: frameScript("tool"), fetch: frameScript("fetch") };
      return `export default ${JSON.stringify(scripts)};\nexport const emptyLock = ${JSON.stringify(emptyLock())};`;
    },
  };
}
