/** Studying, as its views reach it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Study } from "../../study/study";

/** Fetched and made when the place is first opened; it lives on when the place is closed. */
export const StudyContext = createContext<(() => Promise<Study>) | null>(null);

/** Within the place, once it is there. */
export const LoadedStudy = createContext<Study | null>(null);

export function useStudy(): Study {
  const study = useContext(LoadedStudy);
  if (study === null) throw new Error("A view of studying stands outside of its place.");
  return study;
}
