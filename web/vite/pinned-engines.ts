/** The engines' files that other people's pages load: their versions, hashes and names, from what npm installed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One published file of an engine. */
interface EngineFile {
  /** Its parameter in the Python package's `EngineSources`. */
  key: string;
  package: string;
  path: string;
  /** Its name in the site's folder `engines/`. */
  name: string;
}

export const ENGINE_FILES: readonly EngineFile[] = [
  { key: "web_llm", package: "@mlc-ai/web-llm", path: "lib/index.js", name: "web-llm.js" },
  { key: "wllama", package: "@wllama/wllama", path: "esm/index.js", name: "wllama.js" },
  { key: "wllama_wasm", package: "@wllama/wllama", path: "esm/wasm/wllama.wasm", name: "wllama.wasm" },
];

/** Serves the files of npm packages as they were published. */
const CDN = "https://cdn.jsdelivr.net/npm";

/** What `engines.json` says of a file. */
export interface Pin {
  version: string;
  sha256: string;
  name: string;
  cdn: string;
}

/** Where npm has put a file. */
export const installedFile = (web: string, { package: name, path }: EngineFile): string =>
  join(web, "node_modules", name, path);

/** The pins of what is installed now, by key. */
export function pinnedEngines(web: string): Record<string, Pin> {
  return Object.fromEntries(ENGINE_FILES.map((file) => [file.key, pin(web, file)]));
}

/** The text of `engines.json`: the wheel carries it, and the site serves it beside the files. */
export const pinnedEnginesText = (web: string): string => `${JSON.stringify(pinnedEngines(web), null, 2)}\n`;

function pin(web: string, file: EngineFile): Pin {
  const { version } = JSON.parse(
    readFileSync(installedFile(web, { ...file, path: "package.json" }), "utf8"),
  ) as { version: string };
  return {
    version,
    sha256: createHash("sha256")
      .update(readFileSync(installedFile(web, file)))
      .digest("hex"),
    name: file.name,
    cdn: `${CDN}/${file.package}@${version}/${file.path}`,
  };
}
