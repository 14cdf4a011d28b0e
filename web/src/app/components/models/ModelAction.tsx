import type { JSX } from "preact";
import type { ModelRecord } from "../../../protocol/wire";
import { obstacleOf } from "../../catalogue";
import { nextStep, type NextStep } from "../../models/next-step";
import { storedStateOf } from "../../models/state";
import { text } from "../../text";
import { useApp, type AppContextValue } from "../context";
import { useDerived } from "./use-derived";

/** The next step with a model, for those that show it. */
export function stepOf({ state }: AppContextValue, record: ModelRecord): NextStep {
  const verdict = state.models.verdicts.of(record.id).value;
  const device = state.device.value;
  return nextStep({
    record,
    verdict,
    obstacle: device === null ? null : obstacleOf(record, device),
    here: storedStateOf(state.models.stored.value, verdict, record),
    transfer: state.models.transfers.of(record.id).value,
    engine: state.engine.value,
  });
}

export function ModelAction({ record }: { record: ModelRecord }): JSX.Element | null {
  const app = useApp();
  const { models } = app;
  const { actions } = text.models;
  const step = useDerived(() => stepOf(app, record), [app, record]);
  switch (step) {
    case "none":
      return null;
    case "use":
      return (
        <Step
          id="model-use"
          label={actions.useLabel(record.name)}
          onClick={() => {
            models.use(record.id);
          }}
        >
          {actions.use}
        </Step>
      );
    case "download":
      return (
        <Step
          id="model-download"
          label={actions.downloadLabel(record.name)}
          onClick={() => {
            models.ask({ kind: "download", model: record.id });
          }}
        >
          {actions.download}
        </Step>
      );
    case "pause":
      return (
        <Step
          id="model-pause"
          label={actions.pauseLabel(record.name)}
          onClick={() => {
            models.files.pause(record.id);
          }}
        >
          {actions.pause}
        </Step>
      );
    case "resume":
      return (
        <Step
          id="model-resume"
          label={actions.resumeLabel(record.name)}
          onClick={() => void models.files.resume(record.id)}
        >
          {actions.resume}
        </Step>
      );
  }
}

function Step({
  id,
  label,
  onClick,
  children,
}: {
  id: string;
  label: string;
  onClick: () => void;
  children: string;
}): JSX.Element {
  return (
    <button type="button" class="outlined model-step" data-testid={id} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}
