/** The place for batches: a new one, all that there are, or one of them, as the address says. */
import type { JSX } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Batches } from "../../batch/batches";
import { text } from "../../text";
import { useApp } from "../context";
import { useLoaded } from "../use-loaded";
import { BatchList } from "./BatchList";
import { BatchView } from "./BatchView";
import { BatchesContext, LoadedBatches } from "./context";
import { NewBatch } from "./NewBatch";

const words = text.batch;

export function BatchPlace(): JSX.Element {
  const load = useContext(BatchesContext);
  if (load === null) throw new Error("The place for batches stands outside of the application.");
  const batches = useLoaded(async () => {
    const made = await load();
    await made.opened;
    return made;
  });
  switch (batches.kind) {
    case "loading":
      return (
        <p class="sheet-note" role="status">
          {words.place.loading}
        </p>
      );
    case "failed":
      return (
        <div class="sheet-note" role="alert">
          <p>{words.place.failed}</p>
          <button type="button" class="quiet" onClick={batches.again}>
            {text.places.loadAgain}
          </button>
        </div>
      );
    case "ready":
      return (
        <LoadedBatches.Provider value={batches.value}>
          <div class="batch-place">
            <Here batches={batches.value} />
          </div>
        </LoadedBatches.Provider>
      );
  }
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
