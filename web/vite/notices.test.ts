import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { expect, it } from "vitest";
import { BundledPackages, npmNotices, packageOf, renderNotices } from "./notices.ts";
import { temporaryFolders } from "./temporary-folders.ts";

const newFolder = temporaryFolders();

function install(folder: string, name: string, extra: object, license?: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, "package.json"),
    JSON.stringify({ name, version: "1.2.3", license: "MIT", ...extra }),
  );
  if (license !== undefined) writeFileSync(join(place, "LICENCE.md"), license);
}

it("names what is shipped and what that is made of, with the texts, and leaves types out", () => {
  const web = newFolder("notices");
  install(
    web,
    "shown",
    { dependencies: { deep: "1", absent: "1", "@types/deep": "1" } },
    "The text of a licence",
  );
  install(web, "deep", { license: "ISC" });
  install(web, "@types/deep", {});
  install(web, "tool", {});

  const notices = npmNotices([join(web, "node_modules", "shown")]);
  expect(notices.map(({ name, license }) => [name, license])).toEqual([
    ["deep", "ISC"],
    ["shown", "MIT"],
  ]);
  const text = renderNotices("This site", [{ title: "In the page", notices }]);
  expect(text).toContain("shown 1.2.3");
  expect(text).toContain("The text of a licence");
});

it.each([
  ["/a/node_modules/idb/build/index.js", "/a/node_modules/idb"],
  ["/a/node_modules/@scope/name/index.js?worker", "/a/node_modules/@scope/name"],
  ["\0/a/node_modules/outer/node_modules/inner/x.js?commonjs", "/a/node_modules/outer/node_modules/inner"],
  ["/a/src/app/main.ts", null],
])("finds the package of %j", (file, folder) => {
  expect(packageOf(file)).toBe(folder);
});

it("takes note of what is bundled, and of nothing that was only there to be chosen", async () => {
  const web = newFolder("notices");
  for (const name of ["used", "unused"]) {
    install(web, name, { type: "module", main: "index.js" });
    writeFileSync(
      join(web, "node_modules", name, "index.js"),
      `export const name = ${JSON.stringify(name)};`,
    );
  }
  writeFileSync(join(web, "entry.js"), 'import { name } from "used";\nconsole.log(name);');
  const bundled = new BundledPackages();
  await build({
    configFile: false,
    root: web,
    logLevel: "error",
    plugins: [bundled.plugin()],
    build: { write: false, rolldownOptions: { input: join(web, "entry.js") } },
  });
  expect([...bundled.folders].map((folder) => folder.split("/").at(-1))).toEqual(["used"]);
});
