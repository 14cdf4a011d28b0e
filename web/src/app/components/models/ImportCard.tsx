/** A model that was saved as a file, read in again. */
import type { JSX } from "preact";
import { isActive } from "../../models/transfers";
import { text } from "../../text";
import { useApp } from "../context";
import { FileButton } from "./FileButton";
import { TransferView } from "./TransferLine";

const words = text.models.storage;

export function ImportCard(): JSX.Element {
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
        onFile={(file) => void models.files.unpack(file)}
      />
      {importing !== null && (
        <TransferView
          transfer={importing}
          name={words.importedFile}
          onDismiss={() => {
            models.files.dismiss(null);
          }}
        >
          {isActive(importing) && (
            <button
              type="button"
              class="quiet small"
              data-testid="import-cancel"
              onClick={() => void models.files.giveUp(null)}
            >
              {text.models.actions.cancel}
            </button>
          )}
        </TransferView>
      )}
    </section>
  );
}
