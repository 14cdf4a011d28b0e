import { batchService } from "./batch";
import { batchStore } from "./batch-store";
import { embedService } from "./embed";
import type { EngineHost } from "./host";
import type { EngineJournal } from "./journal";
import { observeService } from "./observe";
import type { RoomDatabase } from "./room-db";
import { joined, type Services } from "./services";
import { textCompletionService } from "./text-completion";

/** What can be asked of a model beside chat, and the news of all of it. */
export function askingServices(
  host: EngineHost,
  journal: EngineJournal,
  database: RoomDatabase,
  batchLimit: number | undefined,
): Services {
  return joined(
    observeService(journal),
    batchService({ host, journal, store: () => batchStore(database), limit: batchLimit }),
    embedService(host),
    textCompletionService(host),
  );
}
