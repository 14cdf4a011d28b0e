import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GGUF_MODELS } from "./gguf-list";
import { TASK_TABLE } from "./table";

const page = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8");

it("docs/models.md names each file for the CPU with its size and its licence", () => {
  for (const { id, bytes, license } of GGUF_MODELS) {
    expect(page).toContain(`| \`${id}\` | ${String(Math.round(bytes / 1e6))} MB | 4,096 | ${license} |`);
  }
});

it("docs/models.md names the model that each task starts with", () => {
  for (const [task, [best]] of Object.entries(TASK_TABLE)) {
    expect(page).toContain(`| ${task} | \`${best?.f16 ?? ""}\` |`);
  }
});
