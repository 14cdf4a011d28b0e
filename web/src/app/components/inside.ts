/** What goes on inside of the page, for the places that show it: what was measured, and what developers look for. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Developer } from "../developer/developer";
import type { InferenceStore } from "../metrics/store";

export interface Inside {
  metrics: InferenceStore;
  developer: Developer;
}

/** Null where a view is shown without. */
export const InsideContext = createContext<Inside | null>(null);

export function useInside(): Inside {
  const inside = useContext(InsideContext);
  if (inside === null) throw new Error("A view of what goes on inside stands outside of its context.");
  return inside;
}
