/** Everything that is known of a model, and everything that can be done with it. */
import type { JSX } from "preact";
import type { ModelRecord } from "../../../protocol/wire";
import { neededFeatures } from "../../catalogue";
import { bytes, count, megabytes } from "../../format";
import { storedStateOf } from "../../models/state";
import { isActive } from "../../models/transfers";
import { text } from "../../text";
import { useApp } from "../context";

export function ModelDetails({ record }: { record: ModelRecord }): JSX.Element {
  return (
    <div class="model-details" data-testid="model-details">
      <Warnings record={record} />
      <dl>
        {factsOf(record).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ModelTools record={record} />
    </div>
  );
}

/** What the engine room adds to its verdict: its advice, and a model that would do better. */
function Warnings({ record }: { record: ModelRecord }): JSX.Element | null {
  const { state, models } = useApp();
  const verdict = state.models.verdicts.of(record.id).value;
  if (verdict === null) return null;
  const { suggestion, reason, warnings } = verdict;
  const other = suggestion === null ? null : state.catalogue.value?.find(({ id }) => id === suggestion);
  const advice = [...(reason?.hint === undefined ? [] : [reason.hint]), ...warnings];
  return (
    <>
      {advice.map((sentence) => (
        <p key={sentence} class="model-advice">
          {sentence}
        </p>
      ))}
      {other != null && (
        <button
          type="button"
          class="outlined"
          data-testid="model-suggestion"
          onClick={() => {
            models.reveal(other.id);
          }}
        >
          {text.models.verdict.take(other.name)}
        </button>
      )}
    </>
  );
}

function ModelTools({ record }: { record: ModelRecord }): JSX.Element | null {
  const { state, models } = useApp();
  const verdict = state.models.verdicts.of(record.id).value;
  const here = storedStateOf(state.models.stored.value, verdict, record);
  const busy = isActive(state.models.transfers.of(record.id).value);
  const { actions } = text.models;
  const tools: JSX.Element[] = [];
  const add = (id: string, label: string, onClick: () => void): void => {
    tools.push(
      <button key={id} type="button" class="quiet" data-testid={id} onClick={onClick}>
        {label}
      </button>,
    );
  };
  if (here === "whole" && !record.embedded && !busy)
    add("model-export", actions.export, () => void models.files.pack(record.id));
  if (here !== "none" && !record.embedded && !busy)
    add("model-delete", actions.delete, () => {
      models.ask({ kind: "delete", model: record.id });
    });
  if (record.custom === true && !busy)
    add("model-forget", actions.remove, () => {
      models.ask({ kind: "forget", model: record.id });
    });
  return tools.length === 0 ? null : <div class="model-tools">{tools}</div>;
}

function factsOf(record: ModelRecord): [name: string, value: string][] {
  const { details, kinds, tasks } = text.models;
  const known = (value: string | null): string => value ?? details.unknown;
  const features = neededFeatures(record);
  const devices = record.devices.map((device) => text.engine.devices[device]);
  return [
    [details.id, record.id],
    [details.download, known(record.download_bytes === null ? null : bytes(record.download_bytes))],
    [details.memory, known(record.memory_mb === null ? null : megabytes(record.memory_mb))],
    [
      details.context,
      known(
        record.context_window === null
          ? null
          : details.contextTokens(count(record.context_window)),
      ),
    ],
    [details.quantization, record.quantization === "" ? details.unknown : record.quantization],
    [details.runsOn, details.devices(devices)],
    ...row(details.needs, features.length === 0 ? null : details.devices(features)),
    ...row(details.kind, record.kind === undefined ? null : kinds[record.kind]),
    ...row(details.quality, record.quality == null ? null : details.qualityOf(record.quality)),
    ...row(
      details.tasks,
      record.tasks === undefined || record.tasks.length === 0
        ? null
        : details.devices(record.tasks.map((task) => tasks[task])),
    ),
  ];
}

const row = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]]);
