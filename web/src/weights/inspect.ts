/** Whether a file is the one that was meant. */
import { type EngineFailure, failure } from "../engine/errors";
import { digest } from "./digest";
import type { ModelFile, Role } from "./files";

export interface Expected {
  /** By a manifest, or by what was accepted the first time. */
  sha256: string | undefined;
  /** Whether `sha256` is only what was seen before. */
  onTrust: boolean;
}

export type Verdict =
  | { ok: true; bytes: number; sha256: string }
  /** `expected` and `found` are sizes or hashes, or what the first bytes should say. */
  | {
      ok: false;
      what: "size" | "sha256" | "md5" | "form";
      onTrust: boolean;
      expected: string;
      found: string;
    };

const MAGIC: Partial<Record<Role, readonly number[]>> = {
  library: [0x00, 0x61, 0x73, 0x6d],
  gguf: [0x47, 0x47, 0x55, 0x46],
};

/** Compares size, form and hashes. Rejects with the reason of `signal`. */
export async function inspect(
  file: ModelFile,
  content: Blob,
  expected: Expected,
  signal: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<Verdict> {
  if (file.bytes !== null && content.size !== file.bytes) {
    return differs("size", String(file.bytes), String(content.size));
  }
  const form = await formFault(file, content);
  if (form !== null) return form;
  const found = await digest(content, {
    md5: file.md5 !== undefined,
    signal,
    ...(onBytes === undefined ? {} : { onBytes }),
  });
  if (file.md5 !== undefined && found.md5 !== file.md5) return differs("md5", file.md5, String(found.md5));
  if (expected.sha256 !== undefined && found.sha256 !== expected.sha256) {
    return differs("sha256", expected.sha256, found.sha256, expected.onTrust);
  }
  return { ok: true, bytes: found.bytes, sha256: found.sha256 };
}

const differs = (
  what: Extract<Verdict, { ok: false }>["what"],
  expected: string,
  found: string,
  onTrust = false,
): Verdict => ({ ok: false, what, onTrust, expected, found });

/** Many hosts answer with a page where a file is missing, and call that a success. */
async function formFault({ role }: ModelFile, content: Blob): Promise<Verdict | null> {
  const magic = MAGIC[role];
  if (magic !== undefined) {
    const start = [...new Uint8Array(await content.slice(0, magic.length).arrayBuffer())];
    return magic.every((byte, at) => start[at] === byte)
      ? null
      : differs("form", magic.join(" "), start.join(" "));
  }
  if (role !== "config" && role !== "tensors") return null;
  return (await readsAsJson(content)) ? null : differs("form", "JSON", "something else");
}

/** A larger description is none: it is read into memory as a whole. */
export const LONGEST_INDEX = 64 * 2 ** 20;

/** Whether a description of a model is one at all. */
export async function readsAsJson(content: Blob): Promise<boolean> {
  if (content.size > LONGEST_INDEX) return false;
  try {
    const value: unknown = JSON.parse(await content.text());
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

/** The failure of a file that came wrong twice. */
export function notGenuine(
  file: ModelFile,
  verdict: Extract<Verdict, { ok: false }>,
  hint = "Try again later, or check the address of the model.",
): EngineFailure {
  const { what, expected, found, onTrust } = verdict;
  return failure(
    "integrity_failed",
    `${file.name} is not the file that it should be: its ${what} is another.`,
    onTrust ? "If its publisher has changed the model, delete it and download it again." : hint,
    { file: file.name, url: file.url, what, expected, found },
  );
}
