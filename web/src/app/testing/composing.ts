/** The message box of a view that is shown in a test: its templates last as long as the test. */
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import { Composing } from "../composer/composing";
import { Templates } from "../composer/templates";
import type { AppState } from "../state";

export function memoryComposing(state: AppState): Composing {
  let ids = 0;
  const newId = (): string => `file-${String((ids += 1))}`;
  const { templates } = storedDatabase(new MemoryRows());
  return new Composing(state, new Templates(Promise.resolve(templates), newId), newId);
}
