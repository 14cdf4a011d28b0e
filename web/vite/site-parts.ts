/**
 * The folders that the application itself reads: `parts/<name>-<hash of the content>/`.
 *
 * A path never changes its content, so an open page of an old version, a new service worker and WebLLM's own cache,
 * which is keyed by URL, cannot mix two versions.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Plugin } from "vite";
import { carriedFolders, type SiteFile, type SiteRoots } from "./site-files.ts";

const ID = "virtual:site-parts";
const HASH_LENGTH = 10;

/** What a part takes of the carried folders; paths below `from`. */
const PARTS = {
  // The distribution's own lock file is for other people's pages.
  python: { from: "pyodide/", takes: (path: string) => path !== "pyodide-lock.json" },
  // The index below `simple/` is for micropip.
  wheels: { from: "bytecode/", takes: (path: string) => !path.includes("/") && path !== "side-modules.json" },
  // The modules of the engines are chunks of the application's own bundle.
  engines: { from: "engines/", takes: (path: string) => path === "wllama.wasm" },
  snapshot: { from: "snapshot/", takes: () => true },
  demo: { from: "models/demo/", takes: (path: string) => path !== "manifest.json" },
} as const;

export type SitePart = keyof typeof PARTS;

/** The folder of each part, relative to the site's root, with a slash at its end. */
export type SiteParts = Record<SitePart, string>;

/** Every file of the parts, at its immutable path. Throws `MissingPart`. */
export function partFiles(roots: SiteRoots): SiteFile[] {
  return names().flatMap((name) => {
    const files = filesOf(name, roots);
    return files.map(({ path, source }) => ({ path: folderOf(name, files) + path, source }));
  });
}

/** The folders of the parts as they are now. Throws `MissingPart`. */
export function siteParts(roots: SiteRoots): SiteParts {
  return Object.fromEntries(names().map((name) => [name, folderOf(name, filesOf(name, roots))])) as SiteParts;
}

/**
 * The stable path of the carried file that a path below `parts/` means; undefined for other paths.
 * The development server takes any hash: a wheel may have been built again since the page was loaded.
 */
export function carriedPathOf(path: string): string | undefined {
  const [, name, rest] = /^parts\/([a-z]+)-[0-9a-f]+\/(.+)$/.exec(path) ?? [];
  const part = names().find((known) => known === name);
  return part === undefined || rest === undefined ? undefined : PARTS[part].from + rest;
}

/** The folders as a module of its own. */
export function sitePartsModule(roots: SiteRoots): Plugin {
  return {
    name: "site-parts",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? moduleText(roots) : undefined),
  };
}

function moduleText(roots: SiteRoots): string {
  return [
    `export default ${JSON.stringify(siteParts(roots))};`,
    `export const snapshotSha256 = ${JSON.stringify(snapshotSha256(roots))};`,
    `export const pythonFileBytes = ${JSON.stringify(pythonFileBytes(roots))};\n`,
  ].join("\n");
}

/** Sizes of what a first start of Python downloads, by name: a host that packs files does not say them. */
export function pythonFileBytes(roots: SiteRoots): Record<string, number> {
  const files = [...filesOf("python", roots), ...filesOf("wheels", roots)];
  const downloaded = files.filter(({ path }) => /\.(?:wasm|zip|whl)$/.test(path));
  return Object.fromEntries(downloaded.map(({ path, source }) => [path, statSync(source).size]));
}

/** The hash by which the offline store knows the snapshot; null where the site has none. */
function snapshotSha256(roots: SiteRoots): string | null {
  const [file] = filesOf("snapshot", roots);
  return file === undefined ? null : createHash("sha256").update(readFileSync(file.source)).digest("hex");
}

const names = (): SitePart[] => Object.keys(PARTS) as SitePart[];

/** The files of one part, by their paths below its folder. */
function filesOf(name: SitePart, roots: SiteRoots): SiteFile[] {
  const { from, takes } = PARTS[name];
  return (
    carriedFolders[from.split("/", 1)[0] ?? ""]?.(roots)
      .filter(({ path }) => path.startsWith(from) && takes(path.slice(from.length)))
      .map(({ path, source }) => ({ path: path.slice(from.length), source }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)) ?? []
  );
}

function folderOf(name: SitePart, files: readonly SiteFile[]): string {
  const whole = createHash("sha256");
  for (const { path, source } of files) {
    whole.update(`${path}\0${createHash("sha256").update(readFileSync(source)).digest("hex")}\n`);
  }
  return `parts/${name}-${whole.digest("hex").slice(0, HASH_LENGTH)}/`;
}
