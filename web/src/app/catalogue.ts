/** The catalogue as a person chooses from it: found, filtered, ordered, and with what stands in the way (pure). */
import type { ModelRecord, StoredState, Verdict } from "../protocol/wire";
import type { DeviceAbilities } from "./device";
import type { Filters } from "./models/state";
import { text } from "./text";

export interface Choice {
  record: ModelRecord;
  /** Why this device cannot take it, as far as the record alone tells, or null. */
  obstacle: string | null;
}

export interface ChoiceGroup {
  kind: "own" | "embedded" | "small" | "large";
  choices: Choice[];
}

/** What is known of each model beside its record. */
export interface Knowledge {
  verdict(id: string): Verdict | null;
  stored(record: ModelRecord): StoredState;
}

/** The records that match: those that can run here first, the smaller before the bigger. */
export function choices(
  records: readonly ModelRecord[],
  device: DeviceAbilities | null,
  filters: Filters,
  knowledge: Knowledge,
): Choice[] {
  const words = filters.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return records
    .filter((record) => words.every((word) => `${record.name} ${record.id}`.toLowerCase().includes(word)))
    .filter((record) => filters.task === null || record.tasks?.includes(filters.task) === true)
    .filter((record) => !filters.here || knowledge.stored(record) !== "none")
    .map((record) => ({ record, obstacle: device === null ? null : obstacleOf(record, device) }))
    .filter((choice) => !filters.fits || fits(choice, knowledge))
    .sort(
      (a, b) =>
        Number(a.obstacle !== null) - Number(b.obstacle !== null) ||
        size(a.record) - size(b.record) ||
        a.record.name.localeCompare(b.record.name),
    );
}

/** The engine's word where it has spoken; until then the record's own. */
function fits({ record, obstacle }: Choice, knowledge: Knowledge): boolean {
  return knowledge.verdict(record.id)?.fits ?? obstacle === null;
}

/** In groups, without the empty ones. */
export function groupChoices(all: readonly Choice[]): ChoiceGroup[] {
  const groups: ChoiceGroup[] = [
    { kind: "own", choices: all.filter(({ record }) => isOwn(record)) },
    { kind: "embedded", choices: all.filter(({ record }) => record.embedded) },
    { kind: "small", choices: all.filter(({ record }) => isListed(record) && record.low_resource) },
    { kind: "large", choices: all.filter(({ record }) => isListed(record) && !record.low_resource) },
  ];
  return groups.filter((group) => group.choices.length > 0);
}

/** The first choices of groups, in the order in which they are shown. */
export function firstOf(groups: readonly ChoiceGroup[], count: number): ChoiceGroup[] {
  let left = count;
  return groups.flatMap((group) => {
    const choices = group.choices.slice(0, Math.max(0, left));
    left -= choices.length;
    return choices.length === 0 ? [] : [{ ...group, choices }];
  });
}

const isOwn = (record: ModelRecord): boolean => record.custom === true && !record.embedded;
const isListed = (record: ModelRecord): boolean => !record.embedded && !isOwn(record);

function size(record: ModelRecord): number {
  return record.memory_mb ?? Number.POSITIVE_INFINITY;
}

export function obstacleOf(record: ModelRecord, device: DeviceAbilities): string | null {
  if (!device.webgpu) return record.devices.includes("cpu") ? null : text.models.needsWebGpu;
  const missing = neededFeatures(record).find((feature) => !device.features.has(feature));
  return missing === undefined || record.devices.includes("cpu") ? null : text.models.needsFeature(missing);
}

/** Many f16 models do not declare that they need `shader-f16`: their quantisation says it. */
export function neededFeatures(record: ModelRecord): string[] {
  const declared = record.required_features;
  return record.quantization.includes("f16") && !declared.includes("shader-f16")
    ? [...declared, "shader-f16"]
    : declared;
}
