import prebuilt from "virtual:webllm-catalogue";
import { describe, expect, it } from "vitest";
import { GGUF_MODELS } from "./gguf-list";
import { type Choice, LADDER_TABLE, TASK_TABLE, tasksOf } from "./table";

const webllm = new Map(prebuilt.map((model) => [model.model_id, model]));
const gguf = new Set(GGUF_MODELS.map(({ id }) => id));
const choices: Choice[] = [...Object.values(TASK_TABLE).flat(), ...LADDER_TABLE];

describe("the table of choices", () => {
  it("names only builds that the pinned WebLLM knows, and files of the list for the CPU", () => {
    const builds = choices.flatMap(({ f16, f32 }) => [f16, f32]).filter((id) => id !== undefined);
    expect(builds.filter((id) => !webllm.has(id))).toEqual([]);
    expect(choices.flatMap(({ cpu }) => cpu ?? []).filter((id) => !gguf.has(id))).toEqual([]);
  });

  it("has a 32-bit build of everything, for GPUs without 16-bit shaders", () => {
    for (const { f32 } of choices) expect(f32).toMatch(/f32/);
  });

  it("starts each task with the model that is meant for it", () => {
    const first = Object.fromEntries(
      Object.entries(TASK_TABLE).map(([task, [best]]) => [task, best?.f16?.replace(/-q\d.*/, "")]),
    );
    expect(first).toEqual({
      general: "Phi-3.5-mini-instruct",
      code: "Qwen2.5-Coder-7B-Instruct",
      multilingual: "Qwen2.5-7B-Instruct",
      quality: "Llama-3.1-8B-Instruct",
      low_end: "Llama-3.2-1B-Instruct",
      embedding: "snowflake-arctic-embed-m",
    });
  });

  it("ends each task with a model that takes no more than about a gigabyte", () => {
    for (const [task, rows] of Object.entries(TASK_TABLE)) {
      expect(webllm.get(rows.at(-1)?.f32 ?? "")?.vram_required_MB, task).toBeLessThan(1200);
    }
  });

  it("tells of a model which tasks it is recommended for", () => {
    expect(tasksOf("Qwen2.5-Coder-7B-Instruct-q4f32_1-MLC")).toEqual(["code"]);
    expect(tasksOf("Llama-3.2-1B-Instruct-q4f16_1-MLC")).toEqual(["general", "quality", "low_end"]);
    expect(tasksOf("RedPajama-INCITE-Chat-3B-v1-q4f16_1-MLC")).toEqual([]);
  });
});
