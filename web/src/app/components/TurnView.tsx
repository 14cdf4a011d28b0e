/** One turn: the question as a bubble, the answer in the order its parts came. */
import { Component, type JSX } from "preact";
import type { ErrorCode } from "../../protocol/wire";
import { cutTurn } from "../stores/conversation";
import type { Part, Turn } from "../stores/turn";
import { text } from "../text";
import { AnswerFooter } from "./AnswerFooter";
import { Thinking, ToolCard } from "./AnswerParts";
import { useApp } from "./context";
import { ErrorCard } from "./ErrorCard";
import { Markdown } from "./Markdown";

/** Drawn again only when the turn itself has changed: a long conversation costs no more than its last answer. */
export class TurnView extends Component<{ turn: Turn }> {
  override shouldComponentUpdate(next: { turn: Turn }): boolean {
    return next.turn !== this.props.turn;
  }

  override render({ turn }: { turn: Turn }): JSX.Element {
    return (
      <>
        <article class="message-user" data-testid="message-user" aria-label={text.conversation.you}>
          <p class="bubble">{turn.question}</p>
          {turn.state.kind === "waiting" && <WaitingNote turn={turn} />}
        </article>
        {turn.state.kind !== "waiting" && <Answer turn={turn} />}
      </>
    );
  }
}

function WaitingNote({ turn }: { turn: Turn }): JSX.Element {
  const { actions, state } = useApp();
  const ready = state.readiness.value === "ready";
  return (
    <p class="waiting-note">
      {ready ? text.conversation.queued : text.conversation.queuedUntilReady}
      <button
        type="button"
        class="link-button"
        data-testid="withdraw"
        onClick={() => {
          actions.withdraw(turn.id);
        }}
      >
        {text.conversation.withdraw}
      </button>
    </p>
  );
}

const SHOWN_STATE = { running: "streaming", done: "done", stopped: "stopped", failed: "failed" } as const;

function Answer({ turn }: { turn: Turn }): JSX.Element | null {
  const { state } = turn;
  if (state.kind === "waiting") return null;
  return (
    <article
      class="message-assistant"
      data-testid="message-assistant"
      data-state={SHOWN_STATE[state.kind]}
      aria-label={text.conversation.assistant}
      aria-busy={state.kind === "running"}
    >
      {turn.parts.map((part) => (
        <PartView key={part.key} part={part} />
      ))}
      <AnswerEnd turn={turn} />
    </article>
  );
}

function PartView({ part }: { part: Part }): JSX.Element | null {
  switch (part.kind) {
    case "text":
      return part.text.trim() === "" ? null : <Markdown source={part.text} growing={part.open} />;
    case "thinking":
      return <Thinking part={part} />;
    case "tool":
      return <ToolCard part={part} />;
  }
}

function AnswerEnd({ turn }: { turn: Turn }): JSX.Element | null {
  const { actions } = useApp();
  switch (turn.state.kind) {
    case "waiting":
      return null;
    case "running":
      return <Running turn={turn} />;
    case "done":
      return (
        <>
          {turn.parts.length === 0 && <p class="muted">{text.conversation.emptyAnswer}</p>}
          <AnswerFooter turn={turn}>
            <ContinueButton turn={turn} />
          </AnswerFooter>
        </>
      );
    case "stopped":
      return (
        <>
          <p class="muted">{text.conversation.stopped}</p>
          <AnswerFooter turn={turn}>
            <ContinueButton turn={turn} />
          </AnswerFooter>
        </>
      );
    case "failed":
      return (
        <ErrorCard error={turn.state.error}>
          <button
            type="button"
            data-testid="retry"
            onClick={() => {
              actions.retry(turn.id);
            }}
          >
            {text.errors.retry}
          </button>
          <ContinueButton turn={turn} />
          <ResetButton code={turn.state.error.code} />
        </ErrorCard>
      );
  }
}

/** Goes on behind the text of the last answer, where that was cut. */
function ContinueButton({ turn }: { turn: Turn }): JSX.Element | null {
  const { actions, state } = useApp();
  if (cutTurn(state.conversation.value)?.id !== turn.id) return null;
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

function ResetButton({ code }: { code: ErrorCode }): JSX.Element | null {
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

function Running({ turn }: { turn: Turn }): JSX.Element | null {
  if (turn.state.kind !== "running") return null;
  const { stopping, retry } = turn.state;
  const last = turn.parts.at(-1);
  const writing = last?.kind === "text" && last.text !== "";
  const note = stopping
    ? text.conversation.stopping
    : retry === null
      ? ""
      : text.conversation.retrying(retry.attempt, retry.of);
  return (
    <p class="typing" data-writing={writing}>
      <span class="typing-dots" role="img" aria-label={text.conversation.typing}>
        <i />
        <i />
        <i />
      </span>
      {note !== "" && <span class="muted">{note}</span>}
    </p>
  );
}

