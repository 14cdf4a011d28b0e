/** What lies in this browser: how much, for how long, and what to do with it. */
import type { JSX } from "preact";
import type { ModelRecord, StoredModel, StoredModels } from "../../../protocol/wire";
import { bytes, daysAgo } from "../../format";
import { isActive } from "../../models/transfers";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { Confirm } from "./Confirm";
import { FileButton } from "./FileButton";
import { ModelAction } from "./ModelAction";
import { ModelQuestion } from "./ModelQuestion";
import { TransferLine, TransferView } from "./TransferLine";

const words = text.models.storage;

export function Storage(): JSX.Element {
  const { state } = useApp();
  const view = state.models.stored.value;
  return (
    <div class="section" data-scroll>
      {view.kind === "unknown" && <p class="muted">{words.unknown}</p>}
      {view.kind === "failed" && <ErrorCard error={view.error} />}
      {view.kind === "known" && <Known stored={view.stored} />}
      <Import />
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
          <button type="button" class="outlined" data-testid="storage-persist" onClick={() => void models.keep()}>
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

function StoredRow({ model }: { model: StoredModel }): JSX.Element {
  const { state, models } = useApp();
  const listed = state.catalogue.value?.find(({ id }) => id === model.model);
  const record = listed ?? unlisted(model);
  const { actions } = text.models;
  return (
    <li class="model" data-testid="stored-model" data-model={model.model} data-state={model.state}>
      <div class="model-line">
        <div class="model-head">
          <span class="choice-name">{model.name}</span>
          <span class="choice-facts" data-testid="stored-facts">
            {storedFacts(model).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </span>
        </div>
        {/* What the catalogue does not know can be deleted, and nothing else. */}
        {listed !== undefined && <ModelAction record={listed} />}
      </div>
      <div class="model-tools">
        {listed !== undefined && model.state === "whole" && (
          <button
            type="button"
            class="quiet small"
            data-testid="stored-export"
            aria-label={`${actions.export}: ${model.name}`}
            onClick={() => void models.exportModel(model.model)}
          >
            {actions.export}
          </button>
        )}
        <button
          type="button"
          class="quiet small"
          data-testid="stored-delete"
          aria-label={`${actions.delete}: ${model.name}`}
          onClick={() => {
            models.ask({ kind: "delete", model: model.model });
          }}
        >
          {actions.delete}
        </button>
      </div>
      <ModelQuestion record={record} />
      <TransferLine record={record} />
    </li>
  );
}

function storedFacts(model: StoredModel): string[] {
  const size =
    model.state === "partial" && model.total_bytes !== null
      ? words.partial(bytes(model.bytes), bytes(model.total_bytes))
      : bytes(model.bytes);
  const used =
    model.used_at === null ? words.neverUsed : words.usedAt(daysAgo(model.used_at, Date.now()));
  return [size, words.files(model.files), used];
}

/** Files of a model that the catalogue no longer has. */
function unlisted(model: StoredModel): ModelRecord {
  return {
    id: model.model,
    name: model.name,
    devices: model.devices,
    download_bytes: model.total_bytes,
    memory_mb: null,
    context_window: null,
    quantization: "",
    required_features: [],
    low_resource: false,
    embedded: false,
  };
}

function Import(): JSX.Element {
  const { state, models } = useApp();
  const importing = state.models.importing.value;
  return (
    <section class="card" aria-labelledby="import-title">
      <h3 id="import-title">{words.importTitle}</h3>
      <p class="section-note">{words.importNote}</p>
      <FileButton
        testId="model-import"
        label={words.import}
        accept=".zip"
        onFile={(file) => void models.importFile(file)}
      />
      {importing !== null && (
        <TransferView
          transfer={importing}
          name={words.importedFile}
          onDismiss={() => {
            models.dismiss(null);
          }}
        >
          {isActive(importing) && (
            <button
              type="button"
              class="quiet small"
              data-testid="import-cancel"
              onClick={() => void models.giveUp(null)}
            >
              {text.models.actions.cancel}
            </button>
          )}
        </TransferView>
      )}
    </section>
  );
}
