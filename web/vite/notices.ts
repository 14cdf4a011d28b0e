/** The licences of everything that the site ships which others wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { readZipEntries } from "./zip.ts";

interface Notice {
  name: string;
  version: string;
  license: string;
  texts: string[];
}

interface PackageJson {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** Dependencies of packages that no browser gets: types, and what only Node would load. */
const NOT_SHIPPED = /^(?:@types\/.*|ws)$/;

/** What others compiled into the parts above; their packages do not list it. */
export const COMPILED_IN: readonly Notice[] = [
  inside("CPython and its standard library", "3.14", "PSF-2.0 (text under typing_extensions)", "Pyodide"),
  inside("Emscripten's runtime", "", "MIT or NCSA", "Pyodide, wllama, sql.js and the demo model's library"),
  inside("llama.cpp and ggml", "", "MIT, Copyright (c) 2023-2026 The ggml authors", "wllama"),
  inside(
    "Apache TVM's runtime",
    "",
    "Apache-2.0 (text under @mlc-ai/web-llm)",
    "WebLLM and the demo model's library",
  ),
  inside("XGrammar", "", "Apache-2.0 (text under @mlc-ai/web-llm)", "WebLLM"),
  inside("tokenizers", "", "Apache-2.0 (text under @mlc-ai/web-llm)", "WebLLM"),
  inside("SQLite", "", "public domain", "sql.js"),
];

function inside(name: string, version: string, license: string, where: string): Notice {
  return { name: `${name} (in ${where})`, version, license, texts: [] };
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice|authors)([.-].*)?$/i;

/** The folder of the npm package that a file belongs to; null for a file of our own. */
export function packageOf(file: string): string | null {
  // Bundlers put a zero byte before what they made of a file, and a query behind it.
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll("\\", "/"))?.[1] ?? null;
}

/** Takes note of the npm packages whose code is bundled: of the pages, and of their workers, which are built first. */
export class BundledPackages {
  readonly folders = new Set<string>();

  /** One for each bundle. */
  plugin(): Plugin {
    return {
      name: "bundled-packages",
      generateBundle: (_options, bundle) => {
        for (const part of Object.values(bundle)) {
          if (part.type === "chunk") this.add(part.moduleIds);
        }
      },
    };
  }

  private add(files: readonly string[]): void {
    for (const file of files) {
      const folder = packageOf(file);
      if (folder !== null) this.folders.add(folder);
    }
  }
}

/** The notices of the packages in these folders, and of what those packages are made of. */
export function npmNotices(folders: Iterable<string>): Notice[] {
  const seen = new Map<string, Notice>();
  for (const folder of folders) collect(folder, seen);
  return [...seen.values()].sort(byName);
}

function collect(folder: string, seen: Map<string, Notice>): void {
  const info = readPackage(folder);
  if (seen.has(info.name) || NOT_SHIPPED.test(info.name)) return;
  seen.set(info.name, {
    name: info.name,
    version: info.version,
    license: info.license ?? "see below",
    texts: licenseTexts(folder),
  });
  for (const dependency of Object.keys(info.dependencies ?? {})) {
    const inner = packageFolder(dependency, folder);
    if (inner !== null) collect(inner, seen);
  }
}

/** The folder of an installed package, or null for an optional one that is not there. */
function packageFolder(name: string, from: string): string | null {
  for (const base of createRequire(join(from, "package.json")).resolve.paths(name) ?? []) {
    const folder = join(base, name);
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  return null;
}

function licenseTexts(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => LICENSE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").trim());
}

/** The wheels of a folder, by the metadata and the licence files inside of each. */
export function wheelNotices(wheels: readonly string[]): Notice[] {
  return wheels.map(wheelNotice).sort(byName);
}

function wheelNotice(wheel: string): Notice {
  const entries = readZipEntries(readFileSync(wheel), (path) => {
    const [top, ...rest] = path.split("/");
    if (top?.endsWith(".dist-info") !== true) return false;
    return rest.join("/") === "METADATA" || rest[0] === "licenses" || LICENSE_FILE.test(basename(path));
  });
  const metadata = [...entries].find(([path]) => basename(path) === "METADATA")?.[1] ?? "";
  const field = (name: string): string =>
    new RegExp(`^${name}: (.+)$`, "m").exec(metadata)?.[1]?.trim() ?? "";
  return {
    name: field("Name"),
    version: field("Version"),
    license: field("License-Expression") || field("License") || classifiedLicense(metadata),
    texts: [...entries]
      .filter(([path]) => basename(path) !== "METADATA")
      .map(([, content]) => content.trim()),
  };
}

function classifiedLicense(metadata: string): string {
  return /^Classifier: License :: (?:OSI Approved :: )?(.+)$/m.exec(metadata)?.[1] ?? "see the package";
}

/** The file that goes with `what`, as text. */
export function renderNotices(
  what: string,
  sections: readonly { title: string; notices: readonly Notice[] }[],
): string {
  const lines = [
    "Third-party notices",
    "",
    `${what} carries the work of others. Each part, its licence, and the licence's text where the part has one.`,
  ];
  for (const { title, notices } of sections) {
    lines.push("", "=".repeat(78), title, "=".repeat(78));
    for (const notice of notices) {
      lines.push("", `${notice.name} ${notice.version}`.trim(), `Licence: ${notice.license}`);
      for (const text of new Set(notice.texts)) lines.push("", text);
      lines.push("", "-".repeat(78));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** A licence that stands beside a file of ours, such as the demo model's. */
export function ownNotice(name: string, version: string, license: string, file: string): Notice {
  const texts = existsSync(file) ? [readFileSync(file, "utf8").trim()] : [];
  return { name, version, license, texts };
}

function byName(a: Notice, b: Notice): number {
  return a.name.localeCompare(b.name);
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
}
