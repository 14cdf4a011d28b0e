/** How a transfer stands: what has come, how fast, how long it still takes, and what can be done about it. */
import type { ComponentChildren, JSX } from "preact";
import type { ModelRecord, Progress } from "../../../protocol/wire";
import { bytes, duration } from "../../format";
import { bytesAsked, fractionOf, isActive, type Amount, type Transfer } from "../../models/transfers";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { Confirm } from "./Confirm";

const words = text.models.transfer;

export function TransferLine({ record }: { record: ModelRecord }): JSX.Element | null {
  const { state, models } = useApp();
  const transfer = state.models.transfers.of(record.id).value;
  if (transfer === null) return null;
  const give = (): void => {
    models.ask({ kind: "cancel", model: record.id });
  };
  if (transfer.kind === "asks") {
    const asked = bytesAsked(transfer.error) ?? record.download_bytes;
    return (
      <Confirm
        testId="metered"
        sentences={[asked === null ? words.asksUnknown : words.asks(bytes(asked))]}
        confirm={words.agree}
        onConfirm={() => void models.files.resume(record.id, true)}
        onBack={() => {
          models.files.dismiss(record.id);
        }}
        back={text.models.actions.notNow}
      />
    );
  }
  return (
    <TransferView
      transfer={transfer}
      name={record.name}
      onDismiss={() => {
        models.files.dismiss(record.id);
      }}
    >
      {transfer.job.what === "download" ? (
        <button type="button" class="quiet small" data-testid="model-cancel" onClick={give}>
          {text.models.actions.cancel}
        </button>
      ) : (
        isActive(transfer) && (
          <button
            type="button"
            class="quiet small"
            data-testid="export-cancel"
            onClick={() => void models.files.giveUp(record.id)}
          >
            {text.models.actions.cancel}
          </button>
        )
      )}
    </TransferView>
  );
}

/** A transfer without a row of its own: a file that is read in. */
export function TransferView({
  transfer,
  name,
  onDismiss,
  children,
}: {
  transfer: Transfer;
  name: string;
  onDismiss: () => void;
  children?: ComponentChildren;
}): JSX.Element | null {
  switch (transfer.kind) {
    case "asks":
      return null;
    case "running":
    case "pausing":
      return (
        <div class="transfer" data-testid="transfer" data-state={transfer.kind}>
          <Bar progress={transfer.progress} name={name} />
          <p class="transfer-facts">
            <span data-testid="transfer-facts">{facts(transfer).join(" · ")}</span>
            {children}
          </p>
        </div>
      );
    case "paused":
      return (
        <div class="transfer" data-testid="transfer" data-state="paused">
          <p class="transfer-facts">
            <span>{kept(transfer.kept, words.pausedKept, words.pausedSome) ?? words.paused}</span>
            {children}
          </p>
        </div>
      );
    case "failed":
      return (
        <div class="transfer" data-testid="transfer" data-state="failed">
          <ErrorCard error={transfer.error}>
            {kept(transfer.kept, words.failedKept, words.failedSome) !== null && (
              <p class="transfer-kept" data-testid="transfer-kept">
                {kept(transfer.kept, words.failedKept, words.failedSome)}
              </p>
            )}
            <button type="button" class="quiet" onClick={onDismiss}>
              {text.models.actions.dismiss}
            </button>
            {children}
          </ErrorCard>
        </div>
      );
  }
}

function Bar({ progress, name }: { progress: Progress | null; name: string }): JSX.Element {
  const value = progress === null ? {} : { value: fractionOf(progress) };
  return (
    <progress max={1} aria-label={words.progressLabel(name)} data-testid="transfer-progress" {...value} />
  );
}

function facts(transfer: Extract<Transfer, { kind: "running" | "pausing" }>): string[] {
  const { kind, job, progress } = transfer;
  if (kind === "pausing") return [words.pausing];
  if (progress === null) return [words.starting];
  const { loaded_bytes: loaded, total_bytes: total, bytes_per_s: rate, remaining_s: left } = progress;
  const doing =
    job.what === "download" || progress.stage === "verify"
      ? text.loading.modelStages[progress.stage]
      : words[job.what];
  return [
    doing,
    ...(loaded === null || total === null || total === 0
      ? [text.loading.percent(progress.fraction * 100)]
      : [text.loading.bytesOf(bytes(loaded), bytes(total))]),
    ...(rate == null || rate <= 0 ? [] : [words.rate(bytes(rate))]),
    ...(left == null ? [] : [words.left(duration(left))]),
  ];
}

function kept(
  { bytes: here, total }: Amount,
  both: (kept: string, total: string) => string,
  some: (kept: string) => string,
): string | null {
  if (here === null || here === 0) return null;
  return total === null ? some(bytes(here)) : both(bytes(here), bytes(total));
}
