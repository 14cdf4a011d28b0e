/** What to know about versions: one waits for the user, another tab has changed, or one did not arrive whole. */
import type { ComponentChildren, JSX } from "preact";
import { text } from "../text";
import { useApp } from "./context";
import { whatHappened } from "./OfflineStatus";

export function UpdateNotice(): JSX.Element | null {
  const { state, site } = useApp();
  const update = state.update.value;
  const ends = state.conversation.value.turns.length > 0;
  const later = (label: string): JSX.Element => (
    <button
      type="button"
      class="quiet"
      data-testid="update-later"
      onClick={() => {
        site.postponeUpdate();
      }}
    >
      {label}
    </button>
  );
  switch (update.kind) {
    case "none":
      return null;
    case "waiting":
      return (
        <Notice kind="waiting" text={text.update.waiting(update.version)} detail={ends && text.update.waitingCost}>
          {later(text.update.later)}
          <button
            type="button"
            class="primary"
            data-testid="update-apply"
            onClick={() => {
              site.applyUpdate();
            }}
          >
            {text.update.apply}
          </button>
        </Notice>
      );
    case "applying":
      return <Notice kind="applying" text={text.update.applying(update.version)} />;
    case "outdated":
      return (
        <Notice kind="outdated" text={text.update.outdated(update.version)} detail={ends && text.update.outdatedCost}>
          <button
            type="button"
            class="primary"
            data-testid="update-reload"
            onClick={() => {
              site.reload();
            }}
          >
            {text.update.reload}
          </button>
        </Notice>
      );
    case "failed":
      return (
        <Notice kind="failed" text={text.update.failed} detail={whatHappened(update.fault)}>
          {later(text.update.dismiss)}
        </Notice>
      );
  }
}

function Notice({
  kind,
  text: sentence,
  detail,
  children,
}: {
  kind: string;
  text: string;
  detail?: string | false;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <section class="update-notice" role="status" data-testid="update" data-kind={kind} aria-label={text.update.label}>
      <p>
        {sentence} {detail !== undefined && detail !== false && <span class="update-detail">{detail}</span>}
      </p>
      {children !== undefined && <div class="update-actions">{children}</div>}
    </section>
  );
}
