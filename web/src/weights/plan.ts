/** Which files a model needs: exactly those that its engine will ask its caches for, under the same URLs. */
import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import { failure } from "../engine/errors";
import { modelFolder } from "../engine/webllm-config";
import type { ModelFile } from "./files";

/** What a plan needs of a catalogue entry. */
export interface Planned {
  record: { id: string };
  webllm?: WebLLMRecord;
  gguf?: { url: string };
  /** Expected hashes by file name, in hexadecimal. */
  sha256?: Readonly<Record<string, string>>;
}

/** The part of `mlc-chat-config.json` that names files. */
export interface ConfigIndex {
  tokenizer_files?: unknown;
}

/** The part of `tensor-cache.json` that names files. */
export interface TensorIndex {
  records?: unknown;
}

/** The files that name the others; empty where the model has no build for WebGPU, or is packed in a way of its own. */
export function indexFiles(entry: Planned): ModelFile[] {
  const { webllm } = entry;
  // A package manifest lays its files out itself: WebLLM loads such a model without our help.
  if (webllm === undefined || webllm.model_manifest !== undefined) return [];
  const folder = modelFolder(webllm.model);
  return [
    fileIn(entry, folder, "mlc-chat-config.json", "config", null),
    fileIn(entry, folder, "tensor-cache.json", "tensors", null),
  ];
}

/** All files for WebGPU, once both index files have been read. Throws `integrity_failed` for an index that makes no sense. */
export function webgpuFiles(entry: Planned, config: ConfigIndex, tensors: TensorIndex): ModelFile[] {
  const { webllm } = entry;
  if (webllm === undefined) return [];
  const folder = modelFolder(webllm.model);
  return [
    ...indexFiles(entry),
    fileIn(entry, folder, tokenizerOf(entry, config), "tokenizer", null),
    ...shardsOf(entry, tensors).map(({ dataPath, nbytes, md5sum }) => ({
      ...fileIn(entry, folder, dataPath, "shard", nbytes),
      ...(md5sum === undefined ? {} : { md5: md5sum }),
    })),
    ...library(entry, webllm.model_lib),
  ];
}

/** The GGUF file, or all parts of a split one: `name-00001-of-00003.gguf`. */
export function ggufFiles(entry: Planned): ModelFile[] {
  const { gguf } = entry;
  if (gguf === undefined) return [];
  return partsOf(gguf.url).map((url) => ({
    url,
    ...named(entry, lastPart(url)),
    role: "gguf",
    place: "own",
    bytes: null,
  }));
}

const SPLIT = /-00001-of-(\d{5})(?=\.gguf(?:[?#]|$))/;
/** More parts than any publisher makes: a name can say anything. */
const MOST_PARTS = 1_000;

function partsOf(url: string): string[] {
  const of = SPLIT.exec(url)?.[1];
  const count = Number(of ?? 1);
  if (of === undefined || count < 1 || count > MOST_PARTS) return [url];
  return Array.from({ length: count }, (_, part) =>
    url.replace(SPLIT, `-${String(part + 1).padStart(5, "0")}-of-${of}`),
  );
}

function fileIn(
  entry: Planned,
  folder: string,
  name: string,
  role: "config" | "tensors" | "tokenizer" | "shard",
  bytes: number | null,
): ModelFile {
  const { href } = new URL(name, folder);
  // The index comes from a server: it may name files of its own folder, and no others.
  if (!href.startsWith(folder) || href === folder) throw senseless(entry, `it names ${name}`);
  const place = role === "config" ? "webllm/config" : "webllm/model";
  return { url: href, ...named(entry, name), role, place, bytes };
}

function named(entry: Planned, name: string): Pick<ModelFile, "name" | "sha256"> {
  const sha256 = entry.sha256?.[name]?.toLowerCase();
  return sha256 === undefined ? { name } : { name, sha256 };
}

/** WebLLM never caches a library whose URL speaks of localhost, so there is none to put there. */
function library(entry: Planned, url: string): ModelFile[] {
  if (!url.startsWith("http") || url.includes("localhost")) return [];
  const { href } = new URL(url);
  return [{ url: href, ...named(entry, lastPart(href)), role: "library", place: "webllm/wasm", bytes: null }];
}

/** WebLLM takes the first of the two that the configuration names. */
function tokenizerOf(entry: Planned, { tokenizer_files: files }: ConfigIndex): string {
  const known = Array.isArray(files)
    ? ["tokenizer.json", "tokenizer.model"].find((name) => files.includes(name))
    : undefined;
  if (known === undefined) throw senseless(entry, "it names no tokenizer that WebLLM can read");
  return known;
}

interface Shard {
  dataPath: string;
  nbytes: number;
  md5sum?: string;
}

function shardsOf(entry: Planned, { records }: TensorIndex): Shard[] {
  if (!Array.isArray(records) || !records.every(isShard))
    throw senseless(entry, "its list of shards has another form");
  return records;
}

function isShard(raw: unknown): raw is Shard {
  if (typeof raw !== "object" || raw === null) return false;
  const { dataPath, nbytes, md5sum } = raw as Record<string, unknown>;
  return (
    typeof dataPath === "string" &&
    Number.isSafeInteger(nbytes) &&
    Number(nbytes) >= 0 &&
    (md5sum === undefined || (typeof md5sum === "string" && /^[0-9a-f]{32}$/.test(md5sum)))
  );
}

function lastPart(url: string): string {
  const part = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone "%" is a legal address, and encodes nothing.
    return part;
  }
}

const senseless = ({ record }: Planned, why: string): Error =>
  failure(
    "integrity_failed",
    `The description of ${record.id} makes no sense: ${why}.`,
    "Check the address of the model.",
    { model: record.id },
  );
