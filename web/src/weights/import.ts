/** Stores a model from an exported file. Nothing is stored before all of it has been read and compared. */
import { aborted, failure } from "../engine/errors";
import { customEntry } from "../models/custom";
import type { Device, Fetched } from "../protocol/wire";
import { Archive } from "./archive";
import { digest, sha256Of } from "./digest";
import { isIndex, type ModelFile } from "./files";
import type { MoveOptions } from "./export";
import { LONGEST_INDEX } from "./inspect";
import { fileNameOf, Ledger } from "./ledger";
import { exclusively } from "./locks";
import { type ExportedFile, type Manifest, notAnExport, parseManifest } from "./manifest";
import type { WeightsEntry } from "./parts";
import { ggufFiles, webgpuFiles } from "./plan";
import { Tally, waiting } from "./progress";
import { full, isFull, requireSpace } from "./quota";
import { deletable } from "./stored";
import type { Weights } from "./weights";

const DEVICES: readonly Device[] = ["webgpu", "cpu"];

/** One file of the archive, and where it belongs. */
interface Pair {
  listed: ExportedFile;
  file: ModelFile;
}

/** Rejects with `integrity_failed` for what is no whole export, `quota_exceeded`, `download_failed` for the URL, `aborted`. */
export async function importModel(weights: Weights, url: string, options: MoveOptions): Promise<Fetched> {
  const { signal, report } = options;
  let model = "";
  try {
    report(waiting("Reading the file"));
    const archive = await Archive.open(await read(weights, url, signal));
    const manifest = parseManifest(archive.manifest);
    model = manifest.model;
    requireSame(archive, manifest);
    const { entry, isNew } = entryOf(weights, manifest);
    const pairs = await pairUp(archive, manifest, entry, signal);
    const waits = (): void => {
      report(waiting("Waiting for another tab that uses this model"));
    };
    await exclusively(weights.parts.locks, model, signal, waits, async () => {
      const ledger = await weights.ledgerOf(entry);
      await verify(weights, archive, pairs, options);
      await store(weights, archive, pairs, ledger, options);
      if (isNew && manifest.custom !== null) await weights.models.adopt(manifest.custom);
      await weights.models.settled(model);
    });
    return { type: "fetched", model, bytes: sum(pairs) };
  } catch (raw) {
    if (signal.aborted) throw aborted("import");
    if (isFull(raw)) throw full(model, await deletable(weights));
    throw raw;
  }
}

async function read({ parts: { network } }: Weights, url: string, signal: AbortSignal): Promise<Blob> {
  try {
    const response = await network.fetch(url, { signal });
    if (response.ok) return await response.blob();
    throw new Error(`The server answered ${String(response.status)}.`);
  } catch (raw) {
    throw failure("download_failed", "The file could not be read.", "Choose the file again.", {
      raw: String(raw),
    });
  }
}

/** The archive holds what its list says, and nothing else. */
function requireSame({ sizes }: Archive, { files }: Manifest): void {
  for (const { path, bytes } of files) {
    if (sizes.get(path) !== bytes) throw notAnExport(`${path} is missing or has another size`);
  }
  if (sizes.size > files.length) throw notAnExport("it holds files that its list does not name");
}

/** The catalogue's own entry goes before what the archive says of itself. */
function entryOf({ models }: Weights, manifest: Manifest): { entry: WeightsEntry; isNew: boolean } {
  const known = models.get(manifest.model);
  if (known !== undefined) return { entry: known, isNew: false };
  if (manifest.custom === null) {
    throw failure(
      "model_not_found",
      `This version does not know ${manifest.model}, and the file does not describe it.`,
      "Import it where it was exported, or add the model first.",
      { wanted: manifest.model },
    );
  }
  return { entry: customEntry(manifest.custom), isNew: true };
}

/** Where each file of the archive belongs, by the model's own plan: the archive has no say in it. */
async function pairUp(
  archive: Archive,
  { files }: Manifest,
  entry: WeightsEntry,
  signal: AbortSignal,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const device of DEVICES) {
    const listed = files.filter((file) => file.device === device);
    if (listed.length === 0) continue;
    const plan = await planOf(archive, listed, entry, device, signal);
    for (const file of plan) {
      const match = listed.filter(({ role, name }) => role === file.role && name === file.name);
      if (match.length !== 1 || match[0] === undefined) throw notAnExport(`${file.name} is missing`);
      pairs.push({ listed: match[0], file });
    }
    const planned = new Set(pairs.map(({ listed: { path } }) => path));
    const astray = listed.find(({ path, role }) => !planned.has(path) && role !== "library");
    if (astray !== undefined) throw notAnExport(`${astray.name} does not belong to ${entry.record.id}`);
  }
  return pairs;
}

async function planOf(
  archive: Archive,
  listed: ExportedFile[],
  entry: WeightsEntry,
  device: Device,
  signal: AbortSignal,
): Promise<ModelFile[]> {
  if (device === "cpu") return ggufFiles(entry);
  const [config, tensors] = await Promise.all(
    (["config", "tensors"] as const).map((role) =>
      readIndex(
        archive,
        listed.find((file) => file.role === role),
        signal,
      ),
    ),
  );
  return webgpuFiles(entry, config ?? {}, tensors ?? {});
}

async function readIndex(
  archive: Archive,
  listed: ExportedFile | undefined,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  if (listed === undefined || listed.bytes > LONGEST_INDEX)
    throw notAnExport("the model's description is missing");
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  await archive.stream(listed.path, (piece) => pieces.push(piece.slice()), signal);
  try {
    const value: unknown = JSON.parse(await new Blob(pieces).text());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: text that is no JSON is no description either.
  }
  throw notAnExport(`${listed.name} cannot be read`);
}

/** Every file is what the list says, and what this browser knows of the model already. */
async function verify(
  weights: Weights,
  archive: Archive,
  pairs: Pair[],
  { signal, report }: MoveOptions,
): Promise<void> {
  const trusted = await trustedHashes(weights);
  const tally = new Tally("verify", sum(pairs), 0, report, weights.parts.network.clock);
  for (const { listed, file } of pairs) {
    let bytes = 0;
    const found = await sha256Of((hash) =>
      archive.stream(
        listed.path,
        (piece) => {
          hash(piece);
          bytes += piece.byteLength;
          tally.add(piece.byteLength);
        },
        signal,
      ),
    );
    if (bytes !== listed.bytes || found !== listed.sha256) throw notAnExport(`${listed.name} is damaged`);
    if (file.bytes !== null && file.bytes !== bytes) throw notAnExport(`${listed.name} has another size`);
    const known = file.sha256 ?? (isIndex(file) ? undefined : trusted.get(file.url));
    if (known !== undefined && known !== found) {
      throw failure(
        "integrity_failed",
        `${listed.name} is not the file that is known here: its sha256 is another.`,
        "Delete the models that use it first if you trust the file.",
        { file: listed.name, what: "sha256", expected: known, found },
      );
    }
  }
}

/** What was accepted first, by URL: models may share a file, and an archive must not change it under another model. */
async function trustedHashes({ parts: { files } }: Weights): Promise<ReadonlyMap<string, string>> {
  const trusted = new Map<string, string>();
  for (const { page } of await Ledger.all(files)) {
    for (const { url, sha256 } of Object.values(page.files))
      if (sha256 !== undefined) trusted.set(url, sha256);
  }
  return trusted;
}

/** Whether a file lies here already, as it is in the archive; also where WebLLM brought it, and nobody knows its hash. */
async function isHere(
  { shelves }: Weights,
  { listed, file }: Pair,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await shelves.size(file, ledger)) !== listed.bytes) return false;
  const known = ledger.entry(file.url)?.sha256;
  if (known !== undefined) return known === listed.sha256;
  const content = await shelves.content(file, ledger);
  return content !== undefined && (await digest(content, { md5: false, signal })).sha256 === listed.sha256;
}

/** Takes every file to its place; when that fails, what was taken there goes again, and nothing else. */
async function store(
  weights: Weights,
  archive: Archive,
  pairs: Pair[],
  ledger: Ledger,
  { signal, report }: MoveOptions,
): Promise<void> {
  const { parts, shelves } = weights;
  const wanted: Pair[] = [];
  for (const pair of pairs) {
    if (!(await isHere(weights, pair, ledger, signal))) wanted.push(pair);
  }
  const largest = Math.max(0, ...wanted.map(({ listed }) => listed.bytes));
  requireSpace(await parts.space(), sum(wanted) + largest, ledger.page.id, await deletable(weights));
  const tally = new Tally("read_cache", sum(wanted), 0, report, parts.network.clock);
  const stored: ModelFile[] = [];
  try {
    for (const { listed, file } of wanted) {
      // What lies in a cache stays until it is replaced; a file of our own is written where it lies.
      if (file.place === "own") stored.push(file);
      const content = await unpack(weights, archive, { listed, file }, ledger, signal, (bytes) => {
        tally.add(bytes);
      });
      if (file.place !== "own") stored.push(file);
      await shelves.put(file, content);
      await ledger.note(file, { whole: true, bytes: listed.bytes, sha256: listed.sha256, resumable: true });
      if (file.place !== "own") await parts.files.remove(ledger.folder, await fileNameOf(file));
    }
  } catch (raw) {
    for (const { file } of wanted) await parts.files.remove(ledger.folder, await fileNameOf(file));
    for (const file of stored) await takeBack(weights, file, ledger);
    if (Object.keys(ledger.page.files).length === 0) await parts.files.removeFolder(ledger.folder);
    throw raw;
  }
}

async function unpack(
  { parts: { files } }: Weights,
  archive: Archive,
  { listed, file }: Pair,
  ledger: Ledger,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const name = await fileNameOf(file);
  const target = await files.open(ledger.folder, name);
  try {
    target.truncate(0);
    await archive.stream(
      listed.path,
      (piece) => {
        target.append(piece);
        onBytes(piece.byteLength);
      },
      signal,
    );
  } finally {
    target.close();
  }
  const content = await files.read(ledger.folder, name);
  if (content?.size !== listed.bytes) throw notAnExport(`${listed.name} is damaged`);
  return content;
}

async function takeBack({ shelves }: Weights, file: ModelFile, ledger: Ledger): Promise<void> {
  await shelves.remove(file, ledger);
  await ledger.forget(file.url);
}

const sum = (pairs: readonly Pair[]): number => pairs.reduce((bytes, { listed }) => bytes + listed.bytes, 0);
