/** What lies in this browser: how much, for how long, and what to do with it. */
import type { JSX } from "preact";
import type { StoredModels } from "../../../protocol/wire";
import { bytes } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { Confirm } from "./Confirm";
import { ImportCard } from "./ImportCard";
import { StoredRow } from "./StoredRow";

const words = text.models.storage;

export function Storage(): JSX.Element {
  const { state } = useApp();
  const view = state.models.stored.value;
  return (
    <div class="section" data-scroll>
      {view.kind === "unknown" && <p class="muted">{words.unknown}</p>}
      {view.kind === "failed" && <ErrorCard error={view.error} />}
      {view.kind === "known" && <Known stored={view.stored} />}
      <ImportCard />
    </div>
  );
}

function Known({ stored }: { stored: StoredModels }): JSX.Element {
  return (
    <>
      <Usage stored={stored} />
      {stored.models.length === 0 ? (
        <p class="section-note">
          {words.none} {words.noneNote}
        </p>
      ) : (
        <ul class="stored" aria-label={words.listLabel}>
          {stored.models.map((model) => (
            <StoredRow key={model.model} model={model} />
          ))}
        </ul>
      )}
    </>
  );
}

function Usage({ stored }: { stored: StoredModels }): JSX.Element {
  const { models, state } = useApp();
  const { used_bytes: used, quota_bytes: quota, persisted } = stored;
  const ofModels = stored.models.reduce((sum, model) => sum + model.bytes, 0);
  return (
    <section class="usage" aria-label={words.usedLabel}>
      {used !== null && (
        <p class="usage-amount" data-testid="storage-used">
          {quota === null ? words.usedOnly(bytes(used)) : words.used(bytes(used), bytes(quota))}
          {ofModels > 0 && <span class="muted">{words.ofModels(bytes(ofModels))}</span>}
        </p>
      )}
      {used !== null && quota !== null && quota > 0 && (
        <Meter used={used} quota={quota} />
      )}
      <p class="section-note">{persisted ? words.persisted : words.notPersisted}</p>
      <div class="section-actions">
        {!persisted && (
          <button type="button" class="outlined" data-testid="storage-persist" onClick={() => void models.files.keep()}>
            {words.persist}
          </button>
        )}
        {stored.models.length > 0 && (
          <button
            type="button"
            class="quiet"
            data-testid="storage-delete-all"
            onClick={() => {
              models.ask({ kind: "delete_all" });
            }}
          >
            {words.deleteAll}
          </button>
        )}
      </div>
      {state.models.question.value?.kind === "delete_all" && <DeleteAll size={ofModels} />}
    </section>
  );
}

/** A drawing, because browsers draw the element in ways of their own. */
function Meter({ used, quota }: { used: number; quota: number }): JSX.Element {
  // What is there must be seen, however little it is.
  const width = Math.max(1, Math.min(100, (used / quota) * 100));
  return (
    <svg
      class="usage-meter"
      role="meter"
      aria-label={words.usedLabel}
      aria-valuemin={0}
      aria-valuemax={quota}
      aria-valuenow={used}
      aria-valuetext={words.used(bytes(used), bytes(quota))}
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
    >
      <rect width={width} height="1" />
    </svg>
  );
}

function DeleteAll({ size }: { size: number }): JSX.Element {
  const { models } = useApp();
  return (
    <Confirm
      testId="question-delete-all"
      sentences={[text.models.confirm.deleteAll(bytes(size)), text.models.confirm.deleteAllKept]}
      confirm={words.deleteAll}
      danger
      onConfirm={() => void models.confirm({ kind: "delete_all" })}
      onBack={() => {
        models.ask(null);
      }}
    />
  );
}
