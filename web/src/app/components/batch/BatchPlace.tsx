/** The place for batches: a new one, all that there are, or one of them, as the address says. */
import type { JSX } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Batches } from "../../batch/batches";
import { text } from "../../text";
import { useApp } from "../context";
import { Fetched } from "../Fetched";
import { BatchList } from "./BatchList";
import { BatchView } from "./BatchView";
import { BatchesContext, LoadedBatches } from "./context";
import { NewBatch } from "./NewBatch";

const words = text.batch;

export function BatchPlace(): JSX.Element {
  const load = useContext(BatchesContext);
  if (load === null) throw new Error("The place for batches stands outside of the application.");
  const open = async (): ReturnType<typeof load> => {
    const made = await load();
    await made.opened;
    return made;
  };
  return (
    <Fetched load={open}>
      {(batches) => (
        <LoadedBatches.Provider value={batches}>
          <div class="batch-place">
            <Here batches={batches} />
          </div>
        </LoadedBatches.Provider>
      )}
    </Fetched>
  );
}

function Here({ batches }: { batches: Batches }): JSX.Element {
  const { places, state } = useApp();
  const id = places.section.value ?? "";
  const batch = batches.get(id);
  const engine = state.engine.value;
  const shares = engine.kind !== "ready" || engine.model.capabilities.shares_prefixes !== false;
  useEffect(() => {
    // A batch that is not there, or not any more.
    if (id !== "" && batch === null) places.open("batch");
  }, [id, batch === null]);
  if (batch !== null) return <BatchView key={id} batch={batch} />;
  return (
    <>
      <div>
        <p class="place-lead">{words.place.lead}</p>
        {!shares && <p class="muted batch-slow">{words.place.slow}</p>}
      </div>
      <NewBatch />
      <BatchList />
    </>
  );
}
