/**
 * Builds the service worker that can hold the engine. It has no `import()`: WebLLM, which the site carries as a chunk
 * of its own, is imported from there by name, so that it is stored once.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

const WEBLLM = "@mlc-ai/web-llm";
const CHUNK = /^web-llm-.*\.js$/;

/** `models` is what the engine worker knows of its models; `parts` where the site keeps its own. */
export function engineHost(web: string, plugins: () => Plugin[]): Plugin {
  return {
    name: "site-engine-host",
    apply: "build",
    // Before the site is sealed, which another plugin does when it writes.
    writeBundle: {
      order: "pre",
      async handler({ dir }) {
        if (dir === undefined) throw new Error("The site is written to no folder.");
        const chunk = readdirSync(join(dir, "assets")).find((name) => CHUNK.test(name));
        if (chunk === undefined) throw new Error("The site has no chunk of WebLLM.");
        writeFileSync(join(dir, "engine-host.js"), await script(web, plugins(), `./assets/${chunk}`));
      },
    },
  };
}

async function script(web: string, plugins: Plugin[], webllm: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: web,
    publicDir: false,
    logLevel: "warn",
    plugins,
    build: {
      write: false,
      target: "es2023",
      lib: { entry: join(web, "src", "engine", "service-host.ts"), formats: ["es"] },
      rolldownOptions: { external: [WEBLLM], output: { paths: { [WEBLLM]: webllm }, codeSplitting: false } },
    },
  });
  const [code] = [built].flat().flatMap((result) => ("output" in result ? [result.output[0].code] : []));
  if (code === undefined) throw new Error("The engine's service worker was not built.");
  return code;
}
