/** A small panel above the message box. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { text } from "../../text";
import { useApp } from "../context";
import { Close } from "../icons";

interface PanelProps {
  title: string;
  testId: string;
  children: ComponentChildren;
}

export function Panel({ title, testId, children }: PanelProps): JSX.Element {
  const { composing } = useApp();
  const heading = useId();
  const close = (): void => {
    composing.panel.value = null;
    document.getElementById("composer")?.focus();
  };
  return (
    <section
      class="composer-panel"
      data-testid={testId}
      aria-labelledby={heading}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Elsewhere it stops the answer.
        event.stopPropagation();
        close();
      }}
    >
      <div class="composer-panel-head">
        <h2 id={heading}>{title}</h2>
        <button
          type="button"
          class="small-icon"
          data-testid="panel-close"
          aria-label={text.composer.close}
          title={text.composer.close}
          onClick={close}
        >
          <Close />
        </button>
      </div>
      {children}
    </section>
  );
}
