/**
 * Seals a built site: gives it its build id, and writes down the hash of every file that it needs offline, in
 * `offline.json` and in the service worker's first line.
 *
 * `node vite/seal.mjs FOLDER` seals a folder again whose files somebody has changed since.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

/** Documents carry the build id: a page must know which version it is. */
const DOCUMENTS = ["engine.html", "index.html"];
const BUILD_ID = /(<meta name="build" content=")[^"]*(")/;
const BUILD_ID_LENGTH = 16;
/** The service worker's first line, which this program owns. */
const MANIFEST_LINE = /^self\.offlineManifest=.*;\n/;

/** Which part of the offline site a path belongs to; the first that fits. What fits none is not kept offline. */
const PARTS = [
  { part: "engines", path: /^assets\/(?:web-llm|wllama)-/ },
  { part: "shell", path: /^(?:assets|icons)\// },
  {
    part: "shell",
    path: /^(?:index\.html|engine\.html|sandbox\.html|fetch\.html|server\.html|api-door\.html|ahead\.js|manifest\.webmanifest)$/,
  },
  { part: "python", path: /^parts\/(?:python|snapshot)-/ },
  { part: "wheels", path: /^parts\/wheels-/ },
  { part: "engines", path: /^parts\/engines-/ },
  { part: "demo", path: /^parts\/demo-/ },
];

/** @param {string | Buffer} content */
const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/**
 * @param {string} folder A built site with `version.json` and `sw.js`.
 * @returns {{ build: string }} The manifest, as it was written.
 */
export function seal(folder) {
  for (const name of DOCUMENTS) writeBuildId(folder, name, "");
  const build = sha256(
    listFiles(folder)
      .map(({ path, sha256 }) => `${path} ${sha256}\n`)
      .join(""),
  ).slice(0, BUILD_ID_LENGTH);
  for (const name of DOCUMENTS) writeBuildId(folder, name, build);

  const { version, protocol } = JSON.parse(readFileSync(join(folder, "version.json"), "utf8"));
  const manifest = { build, version, protocol, files: listFiles(folder) };
  writeFileSync(join(folder, "offline.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  const worker = join(folder, "sw.js");
  const script = readFileSync(worker, "utf8").replace(MANIFEST_LINE, "");
  writeFileSync(worker, `self.offlineManifest=${JSON.stringify(manifest)};\n${script}`);
  return manifest;
}

/**
 * The files that are kept offline, by path.
 * @param {string} folder
 */
function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).replaceAll(sep, "/"))
    .sort()
    .flatMap((path) => {
      const known = PARTS.find((each) => each.path.test(path));
      if (known === undefined) return [];
      const content = readFileSync(join(folder, path));
      return [{ path, sha256: sha256(content), bytes: content.length, part: known.part }];
    });
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} build
 */
function writeBuildId(folder, name, build) {
  const before = readFileSync(join(folder, name), "utf8");
  if (!BUILD_ID.test(before)) throw new Error(`${name} has no place for the build id (<meta name="build">).`);
  writeFileSync(join(folder, name), before.replace(BUILD_ID, `$1${build}$2`));
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const [, , folder] = argv;
  if (folder === undefined) throw new Error("Which folder? node vite/seal.mjs FOLDER");
  console.log(seal(folder).build);
}
