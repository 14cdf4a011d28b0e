/** What the views of programs reach: who uses the page's model from outside. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Programs } from "../../api/programs";

export const ProgramsContext = createContext<Programs | null>(null);

/** Null where a page offers nothing of the kind. */
export const usePrograms = (): Programs | null => useContext(ProgramsContext);
