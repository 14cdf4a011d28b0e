/** What to know about versions: one waits for the user, another tab has changed, or one did not arrive whole. */
import type { ComponentChildren, JSX } from "preact";
import { text } from "../text";
import { useApp, type AppContextValue } from "./context";
import { whatHappened } from "./OfflineStatus";

export function UpdateNotice(): JSX.Element | null {
  const app = useApp();
  const { state, site } = app;
  const update = state.update.value;
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
        <Notice kind="waiting" text={text.update.waiting(update.version)} detail={whatBecomes(app)}>
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
        <Notice kind="outdated" text={text.update.outdated(update.version)} detail={whatBecomes(app)}>
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

/** What becomes of what stands in this page when it is loaded again; nothing to say of an empty one. */
function whatBecomes({ state, keeping }: AppContextValue): string | false {
  const empty = state.conversation.value.turns.length === 0 && state.draft.value.trim() === "";
  if (empty) return false;
  return keeping.state.lasting.value === false ? text.update.ends : text.update.keeps;
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
