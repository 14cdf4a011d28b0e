/** The catalogue: what comes with the page first, then what can be downloaded, each with what it takes. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ModelRecord } from "../../protocol/wire";
import { choices, groupChoices, type Choice, type ChoiceGroup } from "../catalogue";
import { bytes, megabytes } from "../format";
import { modelOf } from "../stores/engine";
import { text } from "../text";
import { useApp } from "./context";
import { Close } from "./icons";

export function ModelDialog(): JSX.Element {
  const { state } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const chosen = useSignal<ModelRecord | null>(null);
  const open = state.modelDialogOpen.value;

  useEffect(() => {
    if (open) {
      chosen.value = null;
      dialog.current?.showModal();
    } else if (dialog.current?.open === true) dialog.current.close();
  }, [open, chosen]);

  const close = (): void => {
    state.modelDialogOpen.value = false;
  };
  return (
    <dialog
      ref={dialog}
      class="dialog"
      data-testid="model-dialog"
      aria-labelledby="models-title"
      onClose={close}
      onClick={(event) => {
        // A click beside the sheet meets the dialog element itself.
        if (event.target === event.currentTarget) close();
      }}
    >
      {open && (
        <div class="sheet">
          <div class="sheet-head">
            <h2 id="models-title">
              {chosen.value === null ? text.models.title : text.models.confirmTitle(chosen.value.name)}
            </h2>
            <button type="button" class="icon-button" aria-label={text.models.close} onClick={close}>
              <Close />
            </button>
          </div>
          {chosen.value === null ? (
            <Catalogue
              onChoose={(record) => {
                chosen.value = record;
              }}
            />
          ) : (
            <Confirmation
              record={chosen.value}
              onBack={() => {
                chosen.value = null;
              }}
            />
          )}
        </div>
      )}
    </dialog>
  );
}

function Catalogue({ onChoose }: { onChoose: (record: ModelRecord) => void }): JSX.Element {
  const { state, actions } = useApp();
  const query = useSignal("");
  const records = state.catalogue.value;
  if (records === null) return <p class="sheet-note">{text.models.waiting}</p>;
  const shown = choices(records, state.device.value, query.value);
  const choose = (record: ModelRecord): void => {
    // What comes with the page costs nothing; a download is agreed to first.
    if (record.embedded) actions.chooseModel(record.id);
    else onChoose(record);
  };
  return (
    <>
      <div class="search">
        <input
          type="search"
          data-testid="model-search"
          value={query.value}
          placeholder={text.models.searchPlaceholder}
          aria-label={text.models.search}
          autoComplete="off"
          spellcheck={false}
          autofocus={matchMedia("(pointer: fine)").matches}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
        <p class="muted" role="status">
          {shown.length === 0 ? text.models.none : text.models.count(shown.length, records.length)}
        </p>
      </div>
      {state.device.value?.webgpu === false && <p class="sheet-note">{text.models.noWebGpu}</p>}
      <div class="choices">
        {groupChoices(shown).map((group) => (
          <Group key={group.kind} group={group} onChoose={choose} />
        ))}
      </div>
    </>
  );
}

function Group({
  group,
  onChoose,
}: {
  group: ChoiceGroup;
  onChoose: (record: ModelRecord) => void;
}): JSX.Element {
  const id = `models-${group.kind}`;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{text.models[group.kind]}</h3>
      <ul>
        {group.choices.map((choice) => (
          <li key={choice.record.id}>
            <ChoiceButton choice={choice} onChoose={onChoose} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ChoiceButton({
  choice,
  onChoose,
}: {
  choice: Choice;
  onChoose: (record: ModelRecord) => void;
}): JSX.Element {
  const { state } = useApp();
  const { record, obstacle } = choice;
  const engine = state.engine.value;
  const current = modelOf(engine) === record.id;
  return (
    <button
      type="button"
      class="choice"
      data-testid="model-option"
      data-model={record.id}
      aria-current={current}
      disabled={obstacle !== null}
      onClick={() => {
        onChoose(record);
      }}
    >
      <span class="choice-name">{record.name}</span>
      {current && (engine.kind === "ready" || engine.kind === "loading") && (
        <span class="chip">{engine.kind === "ready" ? text.models.loaded : text.models.loading}</span>
      )}
      <span class="choice-facts">
        {facts(record).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </span>
      {record.embedded && <span class="choice-note">{text.models.demoNote}</span>}
      {obstacle !== null && <span class="choice-obstacle">{obstacle}</span>}
    </button>
  );
}

function facts(record: ModelRecord): string[] {
  const { download_bytes: download, memory_mb: memory, context_window: context } = record;
  return [
    ...(download === null ? [] : [text.models.download(bytes(download))]),
    ...(memory === null ? [] : [text.models.memory(megabytes(memory))]),
    ...(context === null ? [] : [text.models.context(context.toLocaleString("en"))]),
    record.quantization,
  ].filter((fact) => fact !== "");
}

function Confirmation({ record, onBack }: { record: ModelRecord; onBack: () => void }): JSX.Element {
  const { actions } = useApp();
  const { memory_mb: memory } = record;
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    confirm.current?.focus();
  }, []);
  return (
    <div class="confirmation">
      <p>{downloadSentence(record)}</p>
      {memory !== null && <p>{text.models.confirmMemory(megabytes(memory))}</p>}
      <p class="muted">
        <code>{record.id}</code>
      </p>
      <div class="confirmation-actions">
        <button
          ref={confirm}
          type="button"
          class="primary"
          data-testid="model-confirm"
          onClick={() => {
            actions.chooseModel(record.id);
          }}
        >
          {text.models.confirm}
        </button>
        <button type="button" class="quiet" onClick={onBack}>
          {text.models.cancel}
        </button>
      </div>
    </div>
  );
}

/** The weights lie in memory as they are downloaded, beside the cache: so memory bounds an unknown download. */
function downloadSentence({ download_bytes: download, memory_mb: memory }: ModelRecord): string {
  if (download !== null) return text.models.confirmDownload(bytes(download));
  return memory === null
    ? text.models.confirmDownloadUnknown
    : text.models.confirmDownloadAtMost(megabytes(memory));
}
