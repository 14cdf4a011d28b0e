/** One turn: the question as a bubble, the answer in the order its parts came. */
import { Component, type JSX } from "preact";
import type { WireError } from "../../protocol/wire";
import type { Choice, Choices } from "../stores/branches";
import type { Part, Turn } from "../stores/turn";
import { text } from "../text";
import { AnswerFooter } from "./AnswerFooter";
import { Thinking } from "./AnswerParts";
import { AnswerText } from "./AnswerText";
import { useApp } from "./context";
import { ErrorCard } from "./ErrorCard";
import { SiteQuestions } from "./tools/SiteQuestions";
import { TurnTool } from "./tools/TurnTool";
import { AgainButton, ContinueButton, ResetButton } from "./turn/AnswerButtons";
import { Question } from "./turn/Question";
import { Switcher } from "./turn/Switcher";

interface TurnViewProps {
  turn: Turn;
  choices: Choices;
}

/** Drawn again only when the turn itself has changed: a long conversation costs no more than its last answer. */
export class TurnView extends Component<TurnViewProps> {
  override shouldComponentUpdate(next: TurnViewProps): boolean {
    return next.turn !== this.props.turn || next.choices !== this.props.choices;
  }

  // Words are read further down, where a change of the language draws them again.
  override render({ turn, choices }: TurnViewProps): JSX.Element {
    return (
      <>
        <Question turn={turn} choice={choices.question} />
        {turn.state.kind !== "waiting" && <Answer turn={turn} choice={choices.answer} />}
      </>
    );
  }
}

const SHOWN_STATE = { running: "streaming", done: "done", stopped: "stopped", failed: "failed" } as const;

interface AnswerProps {
  turn: Turn;
  choice: Choice | null;
}

function Answer({ turn, choice }: AnswerProps): JSX.Element | null {
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
      <SiteQuestions turn={turn.id} />
      <AnswerEnd turn={turn} choice={choice} />
    </article>
  );
}

function PartView({ part }: { part: Part }): JSX.Element | null {
  switch (part.kind) {
    case "text":
      return part.text.trim() === "" ? null : <AnswerText source={part.text} growing={part.open} />;
    case "thinking":
      return <Thinking part={part} />;
    case "tool":
      return <TurnTool part={part} />;
  }
}

function AnswerEnd({ turn, choice }: AnswerProps): JSX.Element | null {
  switch (turn.state.kind) {
    case "waiting":
      return null;
    case "running":
      return <Running turn={turn} />;
    case "done":
    case "stopped":
      return (
        <>
          {endNote(turn) !== null && <p class="muted">{endNote(turn)}</p>}
          <AnswerFooter turn={turn} choice={choice}>
            <AgainButton turn={turn} />
            <ContinueButton turn={turn} />
          </AnswerFooter>
        </>
      );
    case "failed":
      return <Failed turn={turn} error={turn.state.error} choice={choice} />;
  }
}

function endNote(turn: Turn): string | null {
  if (turn.state.kind === "stopped") return text.conversation.stopped;
  return turn.parts.length === 0 ? text.conversation.emptyAnswer : null;
}

function Failed({ turn, error, choice }: AnswerProps & { error: WireError }): JSX.Element {
  const { actions } = useApp();
  return (
    <>
      <ErrorCard error={error}>
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
        <ResetButton code={error.code} />
      </ErrorCard>
      {choice !== null && <Switcher choice={choice} label={text.conversation.answers} />}
    </>
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

