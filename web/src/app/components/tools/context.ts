import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Tools } from "../../tools/tools";

/** Null where a view is shown without tools. */
export const ToolsContext = createContext<Tools | null>(null);

export function useTools(): Tools {
  const tools = useContext(ToolsContext);
  if (tools === null) throw new Error("A view of tools stands outside of their context.");
  return tools;
}
