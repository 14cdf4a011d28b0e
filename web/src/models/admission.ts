import type { DeviceFailure } from "../engine/room-db";
import { type EngineFailure, failure } from "../engine/errors";
import type { Load, StoredState, Verdict, WireError } from "../protocol/wire";
import type { Catalogue, CatalogueEntry } from "./catalogue";
import { deviceKey, type DeviceFacts, preferenceOf } from "./device";
import { formatMb } from "./format";
import { budgetOf } from "./memory";
import { refusalOfCpu, refusalOfGpu } from "./placement";
import { suggestionFor } from "./suggest";

/** Where a model will run. */
export type Placement = "webgpu" | "cpu";

/** How much of a model lies in this browser. */
export interface StoredBytes {
  state: StoredState;
  bytes: number;
}

/** What admission asks others for. */
export interface AdmissionOptions {
  catalogue: Catalogue;
  /** Read anew for every question: storage fills, and a GPU comes and goes. */
  device(): Promise<DeviceFacts>;
  /** What lies in this browser, by model id. */
  stored(): Promise<ReadonlyMap<string, StoredBytes>>;
  history: { last(model: string, device: string): Promise<DeviceFailure | null> };
}

/** What one question is answered from. */
interface Reading {
  facts: DeviceFacts;
  stored: ReadonlyMap<string, StoredBytes>;
}

/** As often as this in a row, and a model is not proposed any more on the device where it failed. */
const GIVEN_UP = 2;

/** Says of every model whether it runs here, and why not, before a byte of it is downloaded. */
export class Admission {
  constructor(private readonly options: AdmissionOptions) {}

  /** Would this model run here? Throws `model_not_found` alone; every other refusal is the verdict's reason. */
  async assess(name: string, device: Load["device"]): Promise<Verdict> {
    const reading = await this.read();
    return this.verdict(this.options.catalogue.find(name), device, reading, true);
  }

  /** The verdicts of several entries on one reading of the device. */
  async assessAll(entries: readonly CatalogueEntry[]): Promise<Verdict[]> {
    const reading = await this.read();
    return Promise.all(entries.map((entry) => this.verdict(entry, "auto", reading, false)));
  }

  /**
   * Where a model is to be loaded. Throws the reason why it cannot be.
   *
   * Only what cannot work is refused: that it failed before is no reason, where somebody asks for it again.
   */
  async admit(entry: CatalogueEntry, device: Load["device"]): Promise<Placement> {
    const reading = await this.read();
    const placed = placementOf(entry, device, reading.facts);
    const reason = placed.refusal ?? shortage(entry, placed.placement, reading);
    if (reason === null) return placed.placement;
    const suggestion = await this.suggestion(entry, reading);
    throw failure(
      reason.error.code,
      reason.error.message,
      suggestion === null ? reason.error.hint : `Take ${suggestion}.`,
      { ...reason.error.details, ...(suggestion === null ? {} : { suggestion }) },
    );
  }

  /** What the device offers; also tells the catalogue which builds bare names stand for. */
  async facts(): Promise<DeviceFacts> {
    const facts = await this.options.device();
    this.options.catalogue.preference = preferenceOf(facts);
    return facts;
  }

  private async verdict(
    entry: CatalogueEntry,
    device: Load["device"],
    reading: Reading,
    suggest: boolean,
  ): Promise<Verdict> {
    const { placement, refusal } = placementOf(entry, device, reading.facts);
    const last = await this.options.history.last(entry.record.id, deviceKey(reading.facts, placement));
    const reason = refusal ?? shortage(entry, placement, reading) ?? despair(last);
    const suggestion = suggest && reason !== null ? await this.suggestion(entry, reading) : null;
    return {
      type: "verdict",
      model: entry.record.id,
      fits: reason === null,
      device: reason === null ? placement : null,
      reason: reason === null ? null : worded(reason.error, suggestion),
      warnings: warnings(entry, placement, reading.facts, last),
      suggestion,
      download_bytes: toCome(entry, reading.stored),
      memory_mb: entry.record.memory_mb,
      stored: reading.stored.get(entry.record.id)?.state ?? "none",
    };
  }

  private suggestion(entry: CatalogueEntry, reading: Reading): Promise<string | null> {
    return suggestionFor(entry, this.options.catalogue, reading.facts, async (candidate) => {
      const { fits } = await this.verdict(candidate, "auto", reading, false);
      return fits;
    });
  }

  private async read(): Promise<Reading> {
    const [facts, stored] = await Promise.all([this.facts(), this.options.stored()]);
    return { facts, stored };
  }
}

/** The memory or the storage that a model would need and this device lacks. */
function shortage(
  entry: CatalogueEntry,
  placement: Placement,
  { facts, stored }: Reading,
): EngineFailure | null {
  const { id, memory_mb: memory } = entry.record;
  const budget = budgetOf(facts, placement);
  if (memory !== null && budget.certain && memory > budget.mb) {
    return failure(
      "out_of_memory",
      `${id} needs ${formatMb(memory)} of memory; this device has about ${formatMb(budget.mb)} for models.`,
      "Take a smaller model.",
      { needed_mb: memory, budget_mb: Math.round(budget.mb) },
    );
  }
  if (entry.record.embedded || facts.storage === null) return null;
  const coming = toCome(entry, stored) ?? 0;
  const free = Math.max(0, facts.storage.quota - facts.storage.usage);
  if (coming <= free) return null;
  return failure(
    "quota_exceeded",
    `${id} is a download of ${formatMb(coming / 2 ** 20)}; this site may store ${formatMb(free / 2 ** 20)} more.`,
    "Delete a model that you no longer use, or free space on this device.",
    { needed_bytes: coming, free_bytes: free },
  );
}

/** That it has failed here again and again. */
function despair(last: DeviceFailure | null): EngineFailure | null {
  if (last === null || last.times < GIVEN_UP) return null;
  return failure(
    last.code,
    `${last.model} has failed ${String(last.times)} times in a row on this device: ${last.message}`,
    "Take another model, or load it all the same: a success forgets this.",
    { times: last.times, at: last.at },
  );
}

function warnings(
  { record, estimated }: CatalogueEntry,
  placement: Placement,
  facts: DeviceFacts,
  last: DeviceFailure | null,
): string[] {
  const { memory_mb: memory } = record;
  const budget = budgetOf(facts, placement);
  return [
    ...(memory !== null && !budget.certain && memory > budget.mb
      ? [`It needs ${formatMb(memory)} of memory; whether this device has them, the browser does not tell.`]
      : []),
    ...(last === null || last.times >= GIVEN_UP ? [] : [`It failed here last time: ${last.message}`]),
    ...(estimated === true ? ["The size of its download is an estimate."] : []),
  ];
}

function placementOf(
  entry: CatalogueEntry,
  device: Load["device"],
  facts: DeviceFacts,
): { placement: Placement; refusal: EngineFailure | null } {
  if (device === "cpu") return { placement: "cpu", refusal: refusalOfCpu(entry, facts) };
  const refusal = refusalOfGpu(entry, facts);
  if (refusal === null || device === "webgpu" || entry.gguf === undefined)
    return { placement: "webgpu", refusal };
  return { placement: "cpu", refusal: refusalOfCpu(entry, facts) };
}

function toCome({ record }: CatalogueEntry, stored: Reading["stored"]): number | null {
  const { state, bytes } = stored.get(record.id) ?? { state: "none", bytes: 0 };
  if (state === "whole") return 0;
  return record.download_bytes === null ? null : Math.max(0, record.download_bytes - bytes);
}

const worded = (error: WireError, suggestion: string | null): WireError =>
  suggestion === null ? error : { ...error, hint: `Take ${suggestion}.` };
