/** The list to choose a model from: searched, in groups, each entry with what it takes. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ModelRecord } from "../../protocol/wire";
import { choices, groupChoices, type Choice, type ChoiceGroup } from "../catalogue";
import { bytes, megabytes } from "../format";
import { modelOf } from "../stores/engine";
import { text } from "../text";
import { useApp } from "./context";

export function ModelCatalogue({ onChoose }: { onChoose: (record: ModelRecord) => void }): JSX.Element {
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
