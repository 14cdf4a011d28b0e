/** The files of a model, and where each lies once it is whole. */
import type { Device } from "../protocol/wire";

/** One of WebLLM's caches, or a file of our own in the origin private file system. */
export type Place = "webllm/config" | "webllm/model" | "webllm/wasm" | "own";

/** What a file is for. The index files say which others there are. */
export type Role = "config" | "tensors" | "shard" | "tokenizer" | "library" | "gguf";

export interface ModelFile {
  /** Absolute: where it comes from, and the key that it is stored under. */
  url: string;
  /** Relative to the model's folder; of a library or GGUF file the last part of its URL. */
  name: string;
  role: Role;
  place: Place;
  /** Of its content; null where nobody has said. */
  bytes: number | null;
  /** Lower-case hexadecimal, where a manifest gives it. */
  sha256?: string;
  /** WebLLM's list of shards gives this one. */
  md5?: string;
}

/** Which engine a file is for. */
export const deviceOf = ({ place }: Pick<ModelFile, "place">): Device => (place === "own" ? "cpu" : "webgpu");

export const isIndex = ({ role }: Pick<ModelFile, "role">): boolean =>
  role === "config" || role === "tensors";

/** Bytes of all files; null as soon as one is unknown. */
export function bytesOf(files: readonly Pick<ModelFile, "bytes">[]): number | null {
  let sum = 0;
  for (const { bytes } of files) {
    if (bytes === null) return null;
    sum += bytes;
  }
  return sum;
}
