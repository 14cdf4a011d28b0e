/** Which model suits which task: the only table. Every choice is made by walking it. */
import type { Task } from "../protocol/wire";

/** The builds of one model: what a device lacks decides which is taken. */
export interface Choice {
  /** For GPUs with 16-bit shaders. */
  f16?: string;
  /** For the others. */
  f32?: string;
  /** For the CPU engine. */
  cpu?: string;
}

/** A model whose two WebLLM builds differ only in the width of their floats; `tail` stands behind both names. */
const builds = (model: string, cpu?: string, tail = ""): Choice => ({
  f16: `${model}-q4f16_1-MLC${tail}`,
  f32: `${model}-q4f32_1-MLC${tail}`,
  ...(cpu === undefined ? {} : { cpu }),
});

const SMOL = builds("SmolLM2-360M-Instruct", "SmolLM2-360M-Instruct-Q8_0-GGUF");
const QWEN_HALF = builds("Qwen2.5-0.5B-Instruct", "Qwen2.5-0.5B-Instruct-Q4_K_M-GGUF");
const LLAMA_1B = builds("Llama-3.2-1B-Instruct", "Llama-3.2-1B-Instruct-Q4_K_M-GGUF");
const QWEN_1_5B = builds("Qwen2.5-1.5B-Instruct", "Qwen2.5-1.5B-Instruct-Q4_K_M-GGUF");
const LLAMA_3B = builds("Llama-3.2-3B-Instruct");
const QWEN_3B = builds("Qwen2.5-3B-Instruct");
const QWEN_7B = builds("Qwen2.5-7B-Instruct");
const PHI_MINI = builds("Phi-3.5-mini-instruct");
/** The same weights with a quarter of the context, where the cache of a whole one does not fit. */
const PHI_MINI_SHORT = builds("Phi-3.5-mini-instruct", undefined, "-1k");
const LLAMA_8B = builds("Llama-3.1-8B-Instruct");
const coder = (size: string): Choice => builds(`Qwen2.5-Coder-${size}-Instruct`);

/** Best first. The last ones fit nearly everywhere. */
export const TASK_TABLE: Record<Task, readonly Choice[]> = {
  general: [PHI_MINI, LLAMA_3B, PHI_MINI_SHORT, QWEN_1_5B, LLAMA_1B, QWEN_HALF, SMOL],
  code: [coder("7B"), coder("3B"), coder("1.5B"), coder("0.5B"), QWEN_1_5B, QWEN_HALF],
  multilingual: [QWEN_7B, QWEN_3B, QWEN_1_5B, QWEN_HALF],
  quality: [LLAMA_8B, QWEN_7B, PHI_MINI, LLAMA_3B, QWEN_1_5B, LLAMA_1B],
  low_end: [LLAMA_1B, QWEN_HALF, SMOL],
  embedding: [
    { f16: "snowflake-arctic-embed-m-q0f32-MLC-b4", f32: "snowflake-arctic-embed-m-q0f32-MLC-b4" },
    { f16: "snowflake-arctic-embed-s-q0f32-MLC-b4", f32: "snowflake-arctic-embed-s-q0f32-MLC-b4" },
  ],
};

/** From what answers at once to what is better, above the embedded model; the top is what `general` finds. */
export const LADDER_TABLE: readonly Choice[] = [SMOL, QWEN_HALF];

/** The tasks that an id is recommended for. */
export function tasksOf(id: string): Task[] {
  const tasks = Object.entries(TASK_TABLE) as [Task, readonly Choice[]][];
  return tasks
    .filter(([, choices]) => choices.some((choice) => Object.values(choice).includes(id)))
    .map(([task]) => task);
}
