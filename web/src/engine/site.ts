import { type DemoModelUrls, demoUrls } from "./demo-urls";

/** Absolute URLs of what the site carries for the engine. */
export interface SiteUrls {
  demo: DemoModelUrls;
  /** llama.cpp itself. */
  wllamaWasm: string;
}

/** Folders of the site, relative to its root, with a slash at the end. */
export interface EngineFolders {
  engines: string;
  demo: string;
}

/** Names that stay the same from version to version. The application itself reads from immutable folders. */
const STABLE: EngineFolders = { engines: "engines/", demo: "models/demo/" };

/** The site's layout, from the URL of its root: it may lie under any path. */
export function siteUrls(root: string, { engines, demo }: EngineFolders = STABLE): SiteUrls {
  const at = (path: string): string => new URL(path, root).href;
  return { demo: demoUrls(at(demo)), wllamaWasm: at(`${engines}wllama.wasm`) };
}
