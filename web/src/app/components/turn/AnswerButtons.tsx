/** What can be done with an answer that has ended: another one, going on, a fresh engine. */
import type { JSX } from "preact";
import type { ErrorCode } from "../../../protocol/wire";
import { cutTurn } from "../../stores/conversation";
import { isCut, type Turn } from "../../stores/turn";
import { text } from "../../text";
import { useApp } from "../context";
import { Again } from "../icons";

/** Another answer to the same question, beside this one. */
export function AgainButton({ turn }: { turn: Turn }): JSX.Element {
  const { actions } = useApp();
  return (
    <button
      type="button"
      class="small-icon"
      data-testid="again"
      aria-label={text.conversation.againLabel}
      title={text.conversation.again}
      onClick={() => {
        actions.retry(turn.id);
      }}
    >
      <Again />
    </button>
  );
}

/** Goes on behind the text of the last answer, where that was cut. */
export function ContinueButton({ turn }: { turn: Turn }): JSX.Element | null {
  const { actions, state } = useApp();
  // Only what was cut looks at the conversation, which changes with every word of an answer.
  if (!isCut(turn) || cutTurn(state.conversation.value)?.id !== turn.id) return null;
  return (
    <button
      type="button"
      class="quiet small"
      data-testid="continue"
      disabled={state.readiness.value !== "ready"}
      onClick={() => {
        actions.continueTurn(turn.id);
      }}
    >
      {text.conversation.continue}
    </button>
  );
}

/** What a fresh GPU device and worker may cure. */
const CURED_BY_RESET: readonly ErrorCode[] = [
  "device_lost",
  "out_of_memory",
  "shader_failed",
  "engine_failed",
  "engine_hung",
  "worker_died",
];

export function ResetButton({ code }: { code: ErrorCode }): JSX.Element | null {
  const { state, models } = useApp();
  if (!CURED_BY_RESET.includes(code)) return null;
  return (
    <button
      type="button"
      class="quiet"
      data-testid="reset-gpu"
      disabled={state.models.resetting.value}
      onClick={() => void models.reset()}
    >
      {text.models.actions.reset}
    </button>
  );
}
