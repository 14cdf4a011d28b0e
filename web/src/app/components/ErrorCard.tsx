import type { ComponentChildren, JSX } from "preact";
import type { WireError } from "../../protocol/wire";
import { text } from "../text";
import { Warning } from "./icons";

/** An error for a person: what happened, what to do, and the code for whoever looks deeper. */
export function ErrorCard({
  error,
  children,
}: {
  error: WireError;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="error-card" role="group" data-testid="error" data-code={error.code}>
      <Warning />
      <div class="error-body">
        <p class="error-title">{text.errors.titles[error.code]}</p>
        <p>{error.message}</p>
        <p class="error-hint">{error.hint ?? text.errors.hints[error.code]}</p>
        <div class="error-actions">
          {children}
          <span class="error-code">{text.errors.code(error.code)}</span>
        </div>
      </div>
    </div>
  );
}
