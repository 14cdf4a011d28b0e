/** One model that lies in this browser, whole or in part, and what can be done with its files. */
import type { JSX } from "preact";
import type { ModelRecord, StoredModel } from "../../../protocol/wire";
import { bytes, daysAgo } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { ModelAction } from "./ModelAction";
import { ModelQuestion } from "./ModelQuestion";
import { TransferLine } from "./TransferLine";

const words = text.models.storage;

export function StoredRow({ model }: { model: StoredModel }): JSX.Element {
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
            onClick={() => void models.files.pack(model.model)}
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
