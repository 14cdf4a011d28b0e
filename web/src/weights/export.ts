/** Packs a stored model into one file, to be carried to another machine. */
import { aborted } from "../engine/errors";
import type { Device, Exported } from "../protocol/wire";
import { pack, type Packed } from "./archive";
import { Bringer } from "./bring";
import { dropAbandoned, EXPORTS_FOLDER, keepForLife } from "./exports";
import type { ModelFile } from "./files";
import { inspect, notGenuine } from "./inspect";
import type { Ledger } from "./ledger";
import { atOnce } from "./locks";
import { customOf, type ExportedFile, type Manifest } from "./manifest";
import type { WeightsEntry } from "./parts";
import { type FetchReport, Tally } from "./progress";
import { full, isFull, requireSpace } from "./quota";
import { deletable, notStored } from "./stored";
import type { Weights } from "./weights";

export interface MoveOptions {
  signal: AbortSignal;
  report: (report: FetchReport) => void;
}

/** What the archive needs beside the files: headers, and the list. */
const SLACK_BYTES = 4 * 2 ** 20;
const DEVICES: readonly Device[] = ["webgpu", "cpu"];

interface Chosen {
  file: ModelFile;
  listed: ExportedFile;
}

/** Rejects with `model_not_found` for what is not stored whole, `integrity_failed`, `quota_exceeded`, `busy`, `aborted`. */
export async function exportModel(weights: Weights, name: string, options: MoveOptions): Promise<Exported> {
  const entry = weights.models.find(name);
  const { id } = entry.record;
  try {
    return await atOnce(weights.parts.locks, id, async () => {
      const ledger = await weights.ledgerOf(entry);
      const chosen = await choose(weights, entry, ledger, options);
      return await write(weights, entry, ledger, chosen, options);
    });
  } catch (raw) {
    if (options.signal.aborted) throw aborted("export");
    if (isFull(raw)) throw full(id, await deletable(weights));
    throw raw;
  }
}

/** The files of every device for which the model is whole, each read and compared. */
async function choose(
  weights: Weights,
  entry: WeightsEntry,
  ledger: Ledger,
  { signal, report }: MoveOptions,
): Promise<Chosen[]> {
  const { parts, shelves } = weights;
  const bringer = new Bringer(parts, shelves, ledger, { signal, report });
  const files: { file: ModelFile; device: Device }[] = [];
  let total = 0;
  for (const device of DEVICES) {
    const plan = await weights.plan(entry, device, ledger);
    const sizes = await Promise.all(plan.map((file) => shelves.size(file, ledger)));
    if (
      plan.length === 0 ||
      sizes.includes(null) ||
      plan.every(({ role }) => role === "config" || role === "tensors")
    )
      continue;
    files.push(...plan.map((file) => ({ file, device })));
    total += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }
  if (files.length === 0) throw notStored(entry.record.id);
  const tally = new Tally("verify", total, 0, report, parts.network.clock);
  const chosen: Chosen[] = [];
  for (const [at, { file, device }] of files.entries()) {
    const content = await shelves.content(file, ledger);
    if (content === undefined) throw notStored(entry.record.id);
    const count = (bytes: number): void => {
      tally.add(bytes);
    };
    const verdict = await inspect(file, content, bringer.expected(file), signal, count);
    if (!verdict.ok) throw notGenuine(file, verdict, "Download the model again.");
    const { role, name } = file;
    const path = `files/${String(at).padStart(5, "0")}`;
    chosen.push({ file, listed: { path, device, role, name, bytes: verdict.bytes, sha256: verdict.sha256 } });
  }
  return chosen;
}

async function write(
  weights: Weights,
  entry: WeightsEntry,
  ledger: Ledger,
  chosen: Chosen[],
  { signal, report }: MoveOptions,
): Promise<Exported> {
  const { files, locks, network, space } = weights.parts;
  const { id } = entry.record;
  await dropAbandoned(weights);
  const total = chosen.reduce((sum, { listed }) => sum + listed.bytes, 0);
  requireSpace(await space(), total + SLACK_BYTES, id, await deletable(weights));
  const manifest: Manifest = {
    format: 1,
    model: id,
    custom: customOf(entry),
    files: chosen.map(({ listed }) => listed),
  };
  const name = crypto.randomUUID();
  await keepForLife(locks, name);
  const tally = new Tally("read_cache", total, 0, report, network.clock);
  const target = await files.open(EXPORTS_FOLDER, name);
  try {
    const contents = contentsOf(weights, ledger, chosen);
    await pack(target, JSON.stringify(manifest), contents, signal, (bytes) => {
      tally.add(bytes);
    });
  } catch (raw) {
    target.close();
    await files.remove(EXPORTS_FOLDER, name);
    throw raw;
  }
  target.close();
  const archive = await files.read(EXPORTS_FOLDER, name);
  if (archive === undefined) throw new Error("The export has gone.");
  const typed = archive.slice(0, archive.size, "application/zip");
  const url = weights.parts.publish(typed);
  return { type: "exported", model: id, name: `${fileName(id)}.webllm.zip`, bytes: archive.size, url };
}

async function* contentsOf(weights: Weights, ledger: Ledger, chosen: Chosen[]): AsyncIterable<Packed> {
  for (const { file, listed } of chosen) {
    const content = await weights.shelves.content(file, ledger);
    if (content?.size !== listed.bytes) throw notStored(ledger.page.id);
    yield { path: listed.path, content };
  }
}

const fileName = (id: string): string => id.replace(/[^\w.-]+/g, "_");
