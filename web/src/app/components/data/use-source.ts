import { Documents } from "../../../bridge/documents";
import type { Change } from "../../database/changes";
import type { AppDatabase } from "../../database/database";
import { useData } from "./context";

/** What exports read and imports write. */
export interface Ends {
  database: AppDatabase;
  documents: Documents;
  tell: (change: Change) => void;
}

/** Acts on the open profile, and lets go of what that took. */
export function useEnds(): <T>(act: (ends: Ends) => Promise<T>) => Promise<T> {
  const { vault, database, flush } = useData();
  return async (act) => {
    await flush();
    const { record, sealed } = await vault.opened;
    const documents = new Documents({ name: record.documents, ...(sealed === null ? {} : { sealing: sealed.codec }) });
    // A channel of its own: this tab hears of the changes as every other one does.
    const channel = new BroadcastChannel(record.database);
    const tell = (change: Change): void => {
      channel.postMessage(change);
    };
    try {
      return await act({ database: await database, documents, tell });
    } finally {
      channel.close();
      documents.close();
    }
  };
}
