/** The sheet of models: a list to choose from, and a word before a download. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ModelRecord } from "../../protocol/wire";
import { bytes, megabytes } from "../format";
import { text } from "../text";
import { useApp } from "./context";
import { Close } from "./icons";
import { ModelCatalogue } from "./ModelCatalogue";

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
            <ModelCatalogue
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
