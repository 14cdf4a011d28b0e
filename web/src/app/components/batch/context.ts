/** Batches, as their views reach them. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Batches } from "../../batch/batches";

/** Fetched and made when the place is first opened; what runs goes on when the place is closed. */
export const BatchesContext = createContext<(() => Promise<Batches>) | null>(null);

/** Within the place, once it is there. */
export const LoadedBatches = createContext<Batches | null>(null);

export function useBatches(): Batches {
  const batches = useContext(LoadedBatches);
  if (batches === null) throw new Error("A view of batches stands outside of its place.");
  return batches;
}
