/** The question that is raised about one model, if one is. */
import type { JSX } from "preact";
import type { ModelRecord } from "../../../protocol/wire";
import { bytes, megabytes } from "../../format";
import { storedModel, type Question } from "../../models/state";
import { amountOf } from "../../models/transfers";
import { text } from "../../text";
import { useApp, type AppContextValue } from "../context";
import { Confirm } from "./Confirm";
import { useDerived } from "./use-derived";

export function ModelQuestion({ record }: { record: ModelRecord }): JSX.Element | null {
  const app = useApp();
  const { models } = app;
  const asked = useDerived(() => isAbout(app.state.models.question.value, record), [app, record]);
  // Read only where it is about this one: the others need not hear of it.
  const question = asked ? app.state.models.question.value : null;
  if (question === null || !("model" in question)) return null;
  const takeBack = (): void => {
    models.ask(null);
  };
  const agree = (): void => void models.confirm(question);
  const { actions, confirm } = text.models;
  switch (question.kind) {
    case "download":
      return (
        <Confirm
          testId="question-download"
          sentences={downloadSentences(record)}
          confirm={actions.downloadAndUse}
          onConfirm={agree}
          back={actions.notNow}
          onBack={takeBack}
        >
          <button
            type="button"
            class="outlined"
            data-testid="confirm-download-only"
            onClick={() => void models.files.download(record.id, { use: false })}
          >
            {actions.downloadOnly}
          </button>
        </Confirm>
      );
    case "cancel":
      return danger("question-cancel", [cancelSentence(app, record)], actions.cancel);
    case "delete":
      return danger("question-delete", [deleteSentence(app, record), confirm.deleteLater], actions.delete);
    case "forget":
      return danger("question-forget", [confirm.remove(record.name)], actions.remove);
  }

  function danger(testId: string, sentences: string[], label: string): JSX.Element {
    return (
      <Confirm
        testId={testId}
        sentences={sentences}
        confirm={label}
        danger
        onConfirm={agree}
        onBack={takeBack}
      />
    );
  }
}

const isAbout = (question: Question | null, { id }: ModelRecord): boolean =>
  question !== null && "model" in question && question.model === id;

/** The weights lie in memory as they are downloaded, beside the cache: so memory bounds an unknown download. */
function downloadSentences({ download_bytes: download, memory_mb: memory }: ModelRecord): string[] {
  const { confirm } = text.models;
  const held = memory === null ? [] : [confirm.memory(megabytes(memory))];
  if (download !== null) return [confirm.download(bytes(download)), ...held, confirm.meanwhile];
  if (memory === null) return [confirm.downloadUnknown, confirm.meanwhile];
  return [confirm.downloadAtMost(megabytes(memory)), ...held, confirm.meanwhile];
}

function cancelSentence({ state }: AppContextValue, record: ModelRecord): string {
  const transfer = state.models.transfers.of(record.id).value;
  const here = transfer === null ? null : amountOf(transfer).bytes;
  return here === null ? text.models.confirm.cancelUnknown : text.models.confirm.cancel(bytes(here));
}

function deleteSentence({ state }: AppContextValue, record: ModelRecord): string {
  const here = storedModel(state.models.stored.value, record.id)?.bytes ?? record.download_bytes ?? 0;
  return text.models.confirm.delete(record.name, bytes(here));
}
