/** The catalogue as a person chooses from it: found, ordered, and with what stands in the way (pure). */
import type { ModelRecord } from "../protocol/wire";
import type { DeviceAbilities } from "./device";
import { text } from "./text";

export interface Choice {
  record: ModelRecord;
  /** Why this device cannot take it, or null. */
  obstacle: string | null;
}

export interface ChoiceGroup {
  kind: "embedded" | "small" | "large";
  choices: Choice[];
}

/** The records that match a search: those that can run here first, the smaller before the bigger. */
export function choices(
  records: readonly ModelRecord[],
  device: DeviceAbilities | null,
  query: string,
): Choice[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return records
    .filter((record) => words.every((word) => `${record.name} ${record.id}`.toLowerCase().includes(word)))
    .map((record) => ({ record, obstacle: device === null ? null : obstacleOf(record, device) }))
    .sort(
      (a, b) =>
        Number(a.obstacle !== null) - Number(b.obstacle !== null) ||
        size(a.record) - size(b.record) ||
        a.record.name.localeCompare(b.record.name),
    );
}

/** In groups, without the empty ones. */
export function groupChoices(all: readonly Choice[]): ChoiceGroup[] {
  const groups: ChoiceGroup[] = [
    { kind: "embedded", choices: all.filter(({ record }) => record.embedded) },
    { kind: "small", choices: all.filter(({ record }) => !record.embedded && record.low_resource) },
    { kind: "large", choices: all.filter(({ record }) => !record.embedded && !record.low_resource) },
  ];
  return groups.filter((group) => group.choices.length > 0);
}

function size(record: ModelRecord): number {
  return record.memory_mb ?? Number.POSITIVE_INFINITY;
}

function obstacleOf(record: ModelRecord, device: DeviceAbilities): string | null {
  if (!device.webgpu) return record.devices.includes("cpu") ? null : text.models.needsWebGpu;
  const missing = neededFeatures(record).find((feature) => !device.features.has(feature));
  return missing === undefined ? null : text.models.needsFeature(missing);
}

/** Many f16 models do not declare that they need `shader-f16`: their quantisation says it. */
function neededFeatures(record: ModelRecord): string[] {
  const declared = record.required_features;
  return record.quantization.includes("f16") && !declared.includes("shader-f16")
    ? [...declared, "shader-f16"]
    : declared;
}
