import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { AppDatabase } from "../../database/database";
import type { Vault } from "../../vault/vault";

/** What the views about a person's data act on. */
export interface DataParts {
  vault: Vault;
  /** As soon as the profile is open. */
  database: Promise<AppDatabase>;
  /** Stores what is not stored yet. */
  flush: () => Promise<void>;
  /** Saves a file on the device. */
  save: (name: string, file: Blob) => void;
}

export const DataContext = createContext<DataParts | null>(null);

export function useData(): DataParts {
  const value = useContext(DataContext);
  if (value === null) throw new Error("A view of data stands outside of its context.");
  return value;
}
