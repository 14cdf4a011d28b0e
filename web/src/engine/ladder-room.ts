import type { Catalogue, CatalogueEntry } from "../models/catalogue";
import type { Admission } from "../models/admission";
import type { EngineHost } from "./host";
import type { EngineJournal } from "./journal";
import { Ladder } from "./ladder";
import { hasMemory64 } from "./memory64";
import { Pages } from "./pages";
import type { Step } from "./rungs";
import type { Services } from "./services";

export interface LadderRoomOptions {
  host: EngineHost;
  catalogue: Catalogue;
  admission: Admission;
  journal: EngineJournal;
  /** Ends with the room. */
  signal: AbortSignal;
}

/** The ladder in the engine room: its queries, what it hears of the pages, and of loads that others ask for. */
export function ladderServices({ host, catalogue, admission, journal, signal }: LadderRoomOptions): Services {
  const ladder = new Ladder({
    host,
    journal,
    steps: (models) =>
      models === null ? storedSteps(catalogue, admission) : Promise.resolve(namedSteps(catalogue, models)),
    assess: (model) => admission.assess(model, "auto"),
  });
  journal.onEvent(({ name, model, details }) => {
    if (name === "load_started" && model !== null && details.waking !== true) ladder.begun(model);
  }, signal);
  const pages = new Pages((conditions) => {
    ladder.under(conditions);
  });
  return {
    queries: {
      set_ladder: ({ models, pinned }) => ladder.set(models, pinned),
      ladder: () => Promise.resolve(ladder.status),
    },
    openings: {},
    presence: ({ key }, presence) => {
      pages.tell(key, presence);
    },
    gone: ({ key }) => {
      pages.gone(key);
    },
  };
}

/** What lies in this browser and fits, from small to good, the embedded model first. One build of each model. */
async function storedSteps(catalogue: Catalogue, admission: Admission): Promise<Step[]> {
  const chats = catalogue.all().filter(({ kind }) => kind === "text");
  const verdicts = await admission.assessAll(chats);
  const here = chats.filter((entry, at) => {
    const verdict = verdicts[at];
    return verdict?.fits === true && (entry.record.embedded || verdict.stored === "whole");
  });
  const rank = ({ record }: CatalogueEntry): number => (record.embedded ? -1 : (record.quality ?? 0));
  return here.sort((a, b) => rank(a) - rank(b)).map((entry) => step(entry, false));
}

const namedSteps = (catalogue: Catalogue, models: readonly string[]): Step[] =>
  models.map((name) => step(catalogue.find(name), true));

const step = ({ record, gguf }: CatalogueEntry, mayDownload: boolean): Step => ({
  model: record.id,
  mayDownload: mayDownload || record.embedded,
  device: record.embedded && gguf !== undefined && hasMemory64() ? "cpu" : "auto",
});
