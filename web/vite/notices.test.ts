import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { npmNotices, renderNotices } from "./notices.ts";

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
  const web = mkdtempSync(join(tmpdir(), "notices-"));
  writeFileSync(
    join(web, "package.json"),
    JSON.stringify({
      name: "web",
      version: "0",
      dependencies: { shown: "1", absent: "1" },
      devDependencies: { tool: "1" },
    }),
  );
  install(web, "shown", { dependencies: { deep: "1", "@types/deep": "1" } }, "The text of a licence");
  install(web, "deep", { license: "ISC" });
  install(web, "@types/deep", {});
  install(web, "tool", {});

  const notices = npmNotices(web);
  expect(notices.map(({ name, license }) => [name, license])).toEqual([
    ["deep", "ISC"],
    ["shown", "MIT"],
  ]);
  const text = renderNotices([{ title: "In the page", notices }]);
  expect(text).toContain("shown 1.2.3");
  expect(text).toContain("The text of a licence");
});
