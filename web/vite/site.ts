/**
 * The site assembly: the documents' policies, and beside the bundle everything that is not bundled (Pyodide,
 * wheels, the CPU engine, the demo model), the third-party notices, `version.json` and the service worker.
 */
import { createReadStream, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { build, type Connect, type Plugin, type ResolvedConfig } from "vite";
import { PROTOCOL } from "../src/protocol/wire.ts";
import { developmentPolicyOf, policyOf } from "./csp.ts";
import {
  type BundledPackages,
  COMPILED_IN,
  npmNotices,
  ownNotice,
  packageOf,
  renderNotices,
  wheelNotices,
} from "./notices.ts";
import { sandboxScriptsModule } from "./sandbox-scripts.ts";
import { seal } from "./seal.mjs";
import { defaultRoots, siteFile, siteFiles, type SiteFile, type SiteRoots } from "./site-files.ts";
import { carriedPathOf, partFiles, siteParts, sitePartsModule } from "./site-parts.ts";

const CSP_PLACEHOLDER = "%CSP%";
const TYPES: Record<string, string> = {
  ".gguf": "application/octet-stream",
  ".html": "text/html",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".whl": "application/zip",
  ".zip": "application/zip",
};

/** `bundled` knows what the workers are made of; the plugin tells it what the pages are made of. */
export function site(web: string, bundled: BundledPackages, roots: SiteRoots = defaultRoots(web)): Plugin[] {
  return [
    policies(),
    sitePartsModule(roots),
    sandboxScriptsModule(),
    bundled.plugin(),
    carriedFiles(roots, bundled),
    serviceWorker(web),
  ];
}

/** Puts each document's policy into its meta element; a document without one does not build. */
function policies(): Plugin {
  let serves = false;
  return {
    name: "site-policies",
    configResolved: (config: ResolvedConfig) => {
      serves = config.command === "serve";
    },
    transformIndexHtml: {
      order: "pre",
      handler(html, { path }) {
        const name = basename(path);
        if (!html.includes(CSP_PLACEHOLDER))
          throw new Error(`${name} has no place for its policy (${CSP_PLACEHOLDER}).`);
        return html.replace(CSP_PLACEHOLDER, serves ? developmentPolicyOf(name) : policyOf(name));
      },
    },
  };
}

function carriedFiles(roots: SiteRoots, bundled: BundledPackages): Plugin {
  return {
    name: "site-files",
    configureServer(server) {
      server.middlewares.use(serveCarried(roots));
    },
    generateBundle() {
      const files = siteFiles(roots);
      for (const { path, source } of [...files, ...partFiles(roots)]) {
        this.emitFile({ type: "asset", fileName: path, source: readFileSync(source) });
      }
      const source = notices(roots, files, bundled);
      this.emitFile({ type: "asset", fileName: "THIRD_PARTY_NOTICES.txt", source });
      this.emitFile({ type: "asset", fileName: "version.json", source: versionFile(roots) });
    },
  };
}

/** The development server's answer for a path that the site carries. A preview serves the built folder itself. */
function serveCarried(roots: SiteRoots): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = decodeURIComponent((request.url ?? "/").split("?", 1)[0] ?? "/").slice(1);
    let file: SiteFile | undefined;
    try {
      file = siteFile(roots, carriedPathOf(path) ?? path);
    } catch (error) {
      next(error);
      return;
    }
    if (file === undefined) {
      next();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
    response.setHeader("Content-Length", statSync(file.source).size);
    response.setHeader("Cache-Control", "no-cache");
    createReadStream(file.source).pipe(response);
  };
}

/**
 * The service worker, built once the site lies there: it knows the hash of every file. One classic script without
 * imports, which every browser with service workers takes.
 */
function serviceWorker(web: string): Plugin {
  return {
    name: "site-service-worker",
    apply: "build",
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error("The site is written to no folder.");
      writeFileSync(join(dir, "sw.js"), await serviceWorkerScript(web));
      seal(dir);
    },
  };
}

async function serviceWorkerScript(web: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: web,
    publicDir: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2023",
      lib: { entry: join(web, "src", "sw", "sw.ts"), formats: ["iife"], name: "serviceWorker" },
    },
  });
  const [script] = [built].flat().flatMap((result) => ("output" in result ? [result.output[0].code] : []));
  if (script === undefined) throw new Error("The service worker was not built.");
  return script;
}

function notices(roots: SiteRoots, files: readonly SiteFile[], bundled: BundledPackages): string {
  const wheels = files.filter(({ source }) => source.endsWith(".whl")).map(({ source }) => source);
  const carried = files.map(({ source }) => packageOf(source)).filter((folder) => folder !== null);
  return renderNotices("This site", [
    {
      title: "In the page and its workers (npm)",
      notices: npmNotices(new Set([...bundled.folders, ...carried])),
    },
    { title: "In Python (wheels)", notices: wheelNotices(wheels) },
    { title: "Inside of these parts", notices: COMPILED_IN },
    {
      title: "The demo model",
      notices: [ownNotice("webllm-demo-1", "1", "MIT", join(roots.web, "..", "LICENSE"))],
    },
  ]);
}

function versionFile(roots: SiteRoots): string {
  const { version } = JSON.parse(readFileSync(join(roots.web, "package.json"), "utf8")) as {
    version: string;
  };
  const pyodide = JSON.parse(
    readFileSync(join(roots.web, "node_modules", "pyodide", "package.json"), "utf8"),
  ) as { version: string };
  const facts = { version, pyodide: pyodide.version, protocol: PROTOCOL, parts: siteParts(roots) };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
