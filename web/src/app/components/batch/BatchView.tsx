/** One batch: how far it is, what can be done with it, and every prompt with its answer. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fileName, saveByLink } from "../../../page/download";
import { type Batch, sumsOf } from "../../batch/record";
import { RESULTS_FORMATS, type ResultsFormat, resultsOf } from "../../batch/results";
import { count } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { ChevronLeft } from "../icons";
import { Confirm } from "../models/Confirm";
import { PlaceLink } from "../PlaceLink";
import { useArrival } from "../use-arrival";
import { useBatches } from "./context";
import { PromptList } from "./PromptList";

const words = text.batch.batch;

export function BatchView({ batch }: { batch: Batch }): JSX.Element {
  const heading = useArrival();
  return (
    <article class="deck" data-testid="batch-view" data-state={batch.state.kind}>
      <PlaceLink to="batch" class="back-link" testId="all-batches">
        <ChevronLeft />
        {text.batch.list.back}
      </PlaceLink>
      <header class="deck-head">
        <div class="deck-title">
          <h3 ref={heading} tabIndex={-1}>
            {batch.name}
          </h3>
        </div>
        {batch.instruction !== "" && (
          <p class="deck-source">
            {words.instruction} {batch.instruction}
          </p>
        )}
      </header>
      <Standing batch={batch} />
      {batch.state.kind === "paused" && batch.state.error !== null && <ErrorCard error={batch.state.error} />}
      <PromptList batch={batch} />
      <Download batch={batch} />
      <Remove batch={batch} />
    </article>
  );
}

function Standing({ batch }: { batch: Batch }): JSX.Element {
  const { done, failed, promptTokens, answerTokens } = sumsOf(batch);
  const all = batch.prompts.length;
  const list = text.batch.list;
  return (
    <div class="making" data-testid="batch-standing">
      <div class="making-line">
        <span data-testid="batch-progress">
          {list.states[batch.state.kind]} · {list.done(done, all)}
          {failed > 0 && ` · ${list.failed(failed)}`}
        </span>
        <Actions batch={batch} />
      </div>
      <progress max={all} value={done} aria-label={list.done(done, all)} />
      <p class="muted">{list.tokens(count(promptTokens), count(answerTokens))}</p>
    </div>
  );
}

function Actions({ batch }: { batch: Batch }): JSX.Element | null {
  const { state } = useApp();
  const batches = useBatches();
  const { kind } = batch.state;
  if (kind === "finished" || kind === "cancelled") return null;
  return (
    <span class="batch-actions">
      {kind === "running" ? (
        <button
          type="button"
          class="outlined"
          data-testid="pause-batch"
          onClick={() => {
            batches.pause(batch.id);
          }}
        >
          {words.pause}
        </button>
      ) : (
        <button
          type="button"
          class="primary"
          data-testid="resume-batch"
          disabled={state.engine.value.kind !== "ready"}
          onClick={() => {
            batches.resume(batch.id);
          }}
        >
          {words.resume}
        </button>
      )}
      <button
        type="button"
        class="quiet"
        data-testid="cancel-batch"
        onClick={() => {
          batches.cancel(batch.id);
        }}
      >
        {words.cancel}
      </button>
    </span>
  );
}

const TYPES = { json: "application/json", csv: "text/csv;charset=utf-8" } as const;

function Download({ batch }: { batch: Batch }): JSX.Element {
  const take = (format: ResultsFormat): void => {
    const blob = new Blob([resultsOf(batch, format)], { type: TYPES[format] });
    saveByLink(document)({ name: `${fileName(batch.name).slice(0, 80)}.${format}`, blob });
  };
  return (
    <div class="deck-export" role="group" aria-label={words.download}>
      <span>{words.download}</span>
      {RESULTS_FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          class="outlined"
          data-testid={`results-${format}`}
          onClick={() => {
            take(format);
          }}
        >
          {words.formats[format]}
        </button>
      ))}
    </div>
  );
}

function Remove({ batch }: { batch: Batch }): JSX.Element {
  const { places } = useApp();
  const batches = useBatches();
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <p>
        <button
          type="button"
          class="quiet"
          data-testid="remove-batch"
          onClick={() => {
            setSure(true);
          }}
        >
          {words.remove}
        </button>
      </p>
    );
  }
  return (
    <Confirm
      testId="remove-batch-question"
      danger
      sentences={[words.removeSure]}
      confirm={words.removeYes}
      back={words.removeNo}
      onConfirm={() => {
        places.open("batch");
        batches.remove(batch.id);
      }}
      onBack={() => {
        setSure(false);
      }}
    />
  );
}
