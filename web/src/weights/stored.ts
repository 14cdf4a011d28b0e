/** Which models lie in this browser, and how they go. Nothing else of the origin is touched. */
import { failure } from "../engine/errors";
import type { Device, StoredModel, StoredModels } from "../protocol/wire";
import { deviceOf, type ModelFile } from "./files";
import { dropAbandoned } from "./exports";
import { fileNameOf, Ledger, type Page } from "./ledger";
import { atOnce } from "./locks";
import type { WeightsEntry } from "./parts";
import { indexFiles } from "./plan";
import type { Deletable } from "./quota";
import type { Weights } from "./weights";

const DEVICES: readonly Device[] = ["webgpu", "cpu"];

/** A model of which something lies here: its entry where the catalogue knows it, its page where we brought it. */
interface Found {
  id: string;
  name: string;
  entry: WeightsEntry | undefined;
  page: Page | undefined;
}

export async function listStored(weights: Weights): Promise<StoredModels> {
  const models: StoredModel[] = [];
  for (const found of await findAll(weights)) {
    const row = await describe(weights, found);
    if (row.files > 0) models.push(row);
  }
  const { used, quota } = await weights.parts.space();
  const persisted = await weights.parts.persisted();
  return { type: "stored_models", models, used_bytes: used, quota_bytes: quota, persisted };
}

/** What could make room. */
export async function deletable(weights: Weights): Promise<Deletable[]> {
  const { models } = await listStored(weights);
  return models.map(({ model, bytes, used_at }) => ({ model, bytes, used_at }));
}

export async function deleteStored(weights: Weights, model: string | null): Promise<void> {
  const all = await findAll(weights);
  const chosen = model === null ? all : all.filter(({ id }) => id === model);
  if (model !== null && chosen.length === 0) weights.models.find(model);
  const kept: unknown[] = [];
  for (const found of chosen) {
    // One that is in use keeps none of the others.
    await atOnce(weights.parts.locks, found.id, () => drop(weights, found, all)).catch((raw: unknown) => {
      kept.push(raw);
    });
  }
  if (model === null) await dropAbandoned(weights);
  if (kept.length > 0) throw kept[0];
}

/** Everything that we brought, and what WebLLM itself has put into its caches of models that we know. */
async function findAll(weights: Weights): Promise<Found[]> {
  const pages = await Ledger.all(weights.parts.files);
  const entries = new Map(weights.models.all().map((entry) => [entry.record.id, entry]));
  const ours = pages.map(({ page }) => ({ id: page.id, name: page.name, entry: entries.get(page.id), page }));
  const claimed = new Set(pages.map(({ page }) => page.id));
  const urls = new Set(pages.flatMap(({ page }) => Object.keys(page.files)));
  const cached = new Set(await weights.shelves.keys("webllm/model"));
  const foreign: Found[] = [];
  for (const entry of entries.values()) {
    const tensors = indexFiles(entry).find(({ role }) => role === "tensors")?.url;
    // Several models of the catalogue share their files: they are listed once.
    if (tensors === undefined || !cached.has(tensors) || urls.has(tensors) || claimed.has(entry.record.id))
      continue;
    urls.add(tensors);
    foreign.push({ id: entry.record.id, name: entry.record.name, entry, page: undefined });
  }
  return [...ours, ...foreign];
}

async function describe(weights: Weights, found: Found): Promise<StoredModel> {
  const ledger = await Ledger.open(weights.parts.files, found.id, found.name);
  const partials = new Map(
    (await weights.parts.files.list(ledger.folder)).map((file) => [file.name, file.bytes]),
  );
  let [bytes, files] = [0, 0];
  let total: number | null = 0;
  const devices: Device[] = [];
  for (const device of DEVICES) {
    const plan = await filesOf(weights, found, device, ledger);
    let whole = plan.length > indexOnly(found, device);
    let begun = false;
    for (const file of plan) {
      const shelved = await weights.shelves.size(file, ledger);
      const here = shelved ?? partials.get(await fileNameOf(file)) ?? 0;
      whole &&= shelved !== null;
      begun ||= here > 0;
      bytes += here;
      files += here > 0 ? 1 : 0;
    }
    if (begun) total = plus(total, sizeOf(plan, ledger));
    if (whole) devices.push(device);
  }
  const used_at = found.page?.usedAt ?? null;
  const state = devices.length > 0 ? "whole" : "partial";
  return { model: found.id, name: found.name, bytes, total_bytes: total, files, state, devices, used_at };
}

/** A plan that names no more files than this has not been read to its end yet. */
const indexOnly = ({ entry }: Found, device: Device): number =>
  device === "webgpu" && entry !== undefined ? indexFiles(entry).length : 0;

/** By the model's plan; what the catalogue no longer knows is known from its page. */
async function filesOf(weights: Weights, found: Found, device: Device, ledger: Ledger): Promise<ModelFile[]> {
  const brought = Object.values(found.page?.files ?? {}).filter((file) => deviceOf(file) === device);
  if (found.entry === undefined) return brought;
  try {
    return await weights.plan(found.entry, device, ledger);
  } catch {
    // A damaged description names nothing; the model can be seen and deleted all the same.
    return brought;
  }
}

function sizeOf(plan: ModelFile[], ledger: Ledger): number | null {
  return plan.reduce<number | null>(
    (sum, { url, bytes }) => plus(sum, bytes ?? ledger.entry(url)?.bytes ?? null),
    0,
  );
}

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

/** What the other models have files of, or use: a file that lay here already is on the page of its bringer alone. */
export async function urlsOfOthers(
  weights: Weights,
  id: string,
  all?: Found[],
): Promise<ReadonlySet<string>> {
  const urls = new Set<string>();
  for (const other of all ?? (await findAll(weights))) {
    if (other.id === id) continue;
    const ledger = await Ledger.open(weights.parts.files, other.id, other.name);
    for (const url of Object.keys(ledger.page.files)) urls.add(url);
    for (const device of DEVICES) {
      for (const { url } of await filesOf(weights, other, device, ledger)) urls.add(url);
    }
  }
  return urls;
}

async function drop(weights: Weights, found: Found, all: Found[]): Promise<void> {
  const ledger = await Ledger.open(weights.parts.files, found.id, found.name);
  const shared = await urlsOfOthers(weights, found.id, all);
  const files = new Map<string, Pick<ModelFile, "url" | "place">>();
  // As it is now: another tab may have finished a file since the list was made.
  for (const file of Object.values(ledger.page.files)) files.set(file.url, file);
  for (const device of DEVICES) {
    for (const file of await filesOf(weights, found, device, ledger)) files.set(file.url, file);
  }
  for (const file of files.values()) if (!shared.has(file.url)) await weights.shelves.remove(file, ledger);
  await weights.parts.files.removeFolder(ledger.folder);
}

/** The failure of asking for files that are not here, or not all of them. */
export const notStored = (model: string): Error =>
  failure("model_not_found", `${model} does not lie whole in this browser.`, "Download it first.", { model });
