/** What goes on behind the conversation, in the header: a download, or a model that loads behind. */
import type { JSX } from "preact";
import { fractionOf, isActive } from "../../models/transfers";
import { text } from "../../text";
import { useApp } from "../context";

export function Underway(): JSX.Element | null {
  const { state, models } = useApp();
  const engine = state.engine.value;
  const nameOf = (id: string): string => state.catalogue.value?.find((record) => record.id === id)?.name ?? id;
  const incoming = engine.kind === "ready" ? engine.incoming : null;
  const transfers = state.models.transfers;
  const model = transfers.ids.find((id) => isActive(transfers.of(id).value));
  if (incoming === null && model === undefined) return null;
  const transfer = model === undefined ? null : transfers.of(model).value;
  const progress = transfer !== null && "progress" in transfer ? transfer.progress : null;
  const percent = Math.round((incoming?.fraction ?? (progress === null ? 0 : fractionOf(progress))) * 100);
  const subject = incoming?.model ?? model ?? "";
  const label =
    incoming === null
      ? text.recovery.fetching(nameOf(subject), percent)
      : text.recovery.incoming(nameOf(subject), percent);
  return (
    <button
      type="button"
      class="underway"
      data-testid="underway"
      data-kind={incoming === null ? "download" : "behind"}
      title={label}
      onClick={() => {
        models.open();
        models.reveal(subject);
      }}
    >
      <Ring percent={percent} />
      <span class="underway-text">{text.recovery.short(nameOf(subject), percent)}</span>
      <span class="visually-hidden">{label}</span>
    </button>
  );
}

function Ring({ percent }: { percent: number }): JSX.Element {
  return (
    <svg class="icon ring" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <circle class="ring-ground" cx="10" cy="10" r="7" />
      <circle class="ring-value" cx="10" cy="10" r="7" pathLength={100} stroke-dasharray={`${String(percent)} 100`} />
    </svg>
  );
}
