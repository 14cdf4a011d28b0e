/** The list that travels with an exported model. What an import reads may come from anywhere. */
import { failure } from "../engine/errors";
import type { CustomModel, Device } from "../protocol/wire";
import type { WeightsEntry } from "./parts";
import type { Role } from "./files";

/** Of the list itself, in the archive. */
export const MANIFEST = "webllm-model.json";
/** More than the largest model has. */
export const MOST_FILES = 5_000;

export interface ExportedFile {
  /** In the archive; says nothing about where it goes. */
  path: string;
  device: Device;
  role: Role;
  /** Relative to the model's folder. */
  name: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: 1;
  /** As it is asked for. */
  model: string;
  /** How to add the model where the catalogue does not know it; null for a model of the catalogue. */
  custom: CustomModel | null;
  files: ExportedFile[];
}

const ROLES: readonly Role[] = ["config", "tensors", "shard", "tokenizer", "library", "gguf"];

/** Reads a list. Throws `integrity_failed` for what is none. */
export function parseManifest(text: string): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw notAnExport("its list of files cannot be read");
  }
  if (!isRecord(raw) || raw.format !== 1) throw notAnExport("its list has another form");
  const { model, custom, files } = raw;
  if (typeof model !== "string" || model === "") throw notAnExport("it names no model");
  if (custom !== null && !isCustom(custom, model))
    throw notAnExport("its model is described in another form");
  if (!Array.isArray(files) || files.length === 0 || files.length > MOST_FILES || !files.every(isFile)) {
    throw notAnExport("its list of files has another form");
  }
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size < files.length || paths.has(MANIFEST)) throw notAnExport("its list names a file twice");
  return { format: 1, model, custom, files };
}

/** How a model of the user's own is added again elsewhere; null for one of the catalogue. */
export function customOf({ record, webllm, gguf, kind, sha256 }: WeightsEntry): CustomModel | null {
  if (record.custom !== true) return null;
  return {
    id: record.id,
    name: record.name,
    kind,
    ...(webllm === undefined ? {} : { weights_url: webllm.model, library_url: webllm.model_lib }),
    ...(gguf === undefined ? {} : { gguf_url: gguf.url }),
    ...(sha256 === undefined ? {} : { sha256: { ...sha256 } }),
    ...(record.download_bytes === null ? {} : { download_bytes: record.download_bytes }),
    ...(record.memory_mb === null ? {} : { memory_mb: record.memory_mb }),
    ...(webllm?.required_features === undefined ? {} : { required_features: webllm.required_features }),
    ...(webllm?.overrides === undefined ? {} : { overrides: numbersOf(webllm.overrides) }),
  };
}

const numbersOf = (overrides: object): NonNullable<CustomModel["overrides"]> =>
  Object.fromEntries(Object.entries(overrides).filter(([, value]) => typeof value === "number"));

export const notAnExport = (why: string): Error =>
  failure("integrity_failed", `This file is not an exported model: ${why}.`, "Export the model again.");

const isRecord = (raw: unknown): raw is Record<string, unknown> => typeof raw === "object" && raw !== null;

function isFile(raw: unknown): raw is ExportedFile {
  if (!isRecord(raw)) return false;
  const { path, device, role, name, bytes, sha256 } = raw;
  return (
    typeof path === "string" &&
    typeof name === "string" &&
    (device === "webgpu" || device === "cpu") &&
    ROLES.includes(role as Role) &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** What the catalogue itself does not check, as it comes from the wire: text where text belongs. */
function isCustom(raw: unknown, model: string): raw is CustomModel {
  if (!isRecord(raw) || raw.id !== model) return false;
  const texts = [raw.name, raw.weights_url, raw.library_url, raw.gguf_url];
  const numbers = [raw.download_bytes, raw.memory_mb];
  const hashes = raw.sha256 ?? {};
  const features = raw.required_features ?? [];
  const overrides = raw.overrides ?? {};
  return (
    texts.every((text) => text === undefined || typeof text === "string") &&
    numbers.every((number) => number === undefined || typeof number === "number") &&
    (raw.kind === undefined || raw.kind === "text" || raw.kind === "vision" || raw.kind === "embedding") &&
    isRecord(hashes) &&
    Object.values(hashes).every((hash) => typeof hash === "string") &&
    Array.isArray(features) &&
    features.every((feature) => typeof feature === "string") &&
    isRecord(overrides) &&
    Object.values(overrides).every((value) => typeof value === "number")
  );
}
