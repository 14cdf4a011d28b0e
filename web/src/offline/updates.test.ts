/** Any sequence of deploys, visits and updates: what an open page may still load is never taken away. */
import { webcrypto } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ContentStore } from "./content-store";
import { fill } from "./fill";
import { Generations } from "./generations";
import type { OfflineManifest } from "./manifest";
import { file, manifestOf, MemoryHost, SCOPE } from "./testing/host";
import { MemoryCaches } from "./testing/memory-caches";

const { signal } = new AbortController();
const CONTENTS = ["a", "b", "c", "d", "e", "f"];

/** A build whose scripts have the given contents; the names carry them, as hashes do. */
function buildOf(number: number, contents: readonly string[]): OfflineManifest {
  const scripts = contents.map((content) => file(`assets/${content}.js`, content));
  return manifestOf(String(number), file("index.html", `page ${String(number)}`), ...scripts);
}

class Browser {
  readonly caches = new MemoryCaches();
  readonly host = new MemoryHost({});
  readonly open = new Set<string>();
  readonly store = new ContentStore({
    scope: SCOPE,
    name: "content",
    caches: this.caches,
    fetch: this.host.fetch,
    digest: (content) => webcrypto.subtle.digest("SHA-256", content),
  });
  readonly generations = new Generations({
    scope: SCOPE,
    name: "generations",
    caches: this.caches,
    exclusively: (change) => change(),
  });

  /** The host has this build alone. */
  deploy(manifest: OfflineManifest): void {
    for (const path of Object.keys(this.host.files)) Reflect.deleteProperty(this.host.files, path);
    for (const { path } of manifest.files) {
      this.host.files[path] =
        path === "index.html" ? `page ${manifest.build}` : path.slice("assets/".length, -3);
    }
  }

  async update(manifest: OfflineManifest): Promise<void> {
    await this.generations.begin(manifest);
    await fill(this.store, manifest.files, { signal });
    const isOpen = (build: string): boolean => this.open.has(build);
    await this.generations.advance(manifest, isOpen, (needed) => this.store.prune(needed));
  }
}

const step = fc.record({
  contents: fc.subarray(CONTENTS, { minLength: 1 }),
  visits: fc.boolean(),
  leaves: fc.nat(10),
});

it("holds for any of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const browser = new Browser();
      const builds = new Map<string, OfflineManifest>();
      let before = new Set<string>();
      for (const [number, { contents, visits, leaves }] of steps.entries()) {
        const manifest = buildOf(number, contents);
        builds.set(manifest.build, manifest);
        browser.deploy(manifest);
        browser.host.requested.length = 0;
        await browser.update(manifest);

        // Only what no kept build had was fetched.
        const fetched = manifest.files.filter(({ path }) => browser.host.paths.includes(path));
        expect(fetched.filter(({ sha256 }) => before.has(sha256))).toEqual([]);
        // Every open page finds all of its files, by their content.
        for (const build of [manifest.build, ...browser.open]) {
          const { files = [] } = builds.get(build) ?? {};
          expect(await browser.store.missing(files)).toEqual([]);
          for (const { path, sha256 } of files.filter((each) => each.path !== "index.html")) {
            expect(await browser.generations.find(path)).toBe(sha256);
          }
        }
        before = new Set(browser.caches.keys("content").map((key) => key.slice(-64)));
        if (visits) browser.open.add(manifest.build);
        const leaving = [...browser.open][leaves];
        if (leaving !== undefined) browser.open.delete(leaving);
      }
    }),
  );
});
