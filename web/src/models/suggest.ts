import type { Task } from "../protocol/wire";
import { buildsOf } from "./aliases";
import type { Catalogue, CatalogueEntry } from "./catalogue";
import { type DeviceFacts, preferenceOf } from "./device";
import { type Choice, LADDER_TABLE, TASK_TABLE } from "./table";

/**
 * A model that would do better here than one that does not fit, and fits itself; null where nothing does.
 *
 * First the same model in another build, then what the table has for the same purpose, then anything that chats.
 */
export async function suggestionFor(
  entry: CatalogueEntry,
  catalogue: Catalogue,
  facts: DeviceFacts,
  fits: (candidate: CatalogueEntry) => Promise<boolean>,
): Promise<string | null> {
  for (const candidate of candidates(entry, catalogue, facts)) {
    if (candidate.record.id !== entry.record.id && (await fits(candidate))) return candidate.record.id;
  }
  return null;
}

/** The build of a choice that suits this device; undefined where there is none, or the catalogue lacks it. */
export function buildOf(
  choice: Choice,
  catalogue: Catalogue,
  facts: DeviceFacts,
): CatalogueEntry | undefined {
  const id = choice[preferenceOf(facts)];
  return id === undefined ? undefined : catalogue.get(id);
}

/** The entries that the table names for a task, best first, in the builds that suit this device. */
export const choicesFor = (task: Task, catalogue: Catalogue, facts: DeviceFacts): CatalogueEntry[] =>
  TASK_TABLE[task].flatMap((choice) => buildOf(choice, catalogue, facts) ?? []);

function candidates(entry: CatalogueEntry, catalogue: Catalogue, facts: DeviceFacts): CatalogueEntry[] {
  const builds = buildsOf(
    entry.record.id,
    catalogue.records().map(({ id, quantization }) => ({ id, quantization })),
  );
  const siblings = builds
    .flatMap(({ id }) => catalogue.get(id) ?? [])
    .filter(({ record }) => !/^q0/.test(record.quantization))
    .sort((a, b) => onGpu(b) - onGpu(a) || (b.record.memory_mb ?? 0) - (a.record.memory_mb ?? 0));
  const tasks: Task[] =
    entry.kind === "embedding" ? ["embedding"] : [...(entry.record.tasks ?? []), "general"];
  const alike = tasks.flatMap((task) => choicesFor(task, catalogue, facts));
  const last = LADDER_TABLE.flatMap((choice) => catalogue.get(choice.cpu ?? "") ?? []);
  const embedded = catalogue.all().filter(({ record }) => record.embedded);
  return entry.kind === "embedding" ? [...siblings, ...alike] : [...siblings, ...alike, ...last, ...embedded];
}

const onGpu = ({ webllm }: CatalogueEntry): number => (webllm === undefined ? 0 : 1);
