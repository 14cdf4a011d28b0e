/** One turn: the question as a bubble, the answer in the order its parts came. */
import { Component, type JSX } from "preact";
import { engineName, milliseconds, rate } from "../format";
import {
  answerText,
  type AnswerFigures,
  type Degradation,
  type Part,
  type ThinkingPart,
  type ToolPart,
  type Turn,
} from "../stores/turn";
import { text } from "../text";
import { useApp } from "./context";
import { CopyButton } from "./CopyButton";
import { ErrorCard } from "./ErrorCard";
import { Tool } from "./icons";
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

function Thinking({ part }: { part: ThinkingPart }): JSX.Element {
  const label = part.endedAt === null ? text.conversation.thinking : thoughtLabel(part.endedAt - part.startedAt);
  return (
    <details class="thinking" data-open={part.open} data-testid="thinking">
      <summary>{label}</summary>
      <div class="thinking-text">{part.text.trim()}</div>
    </details>
  );
}

const WORTH_TELLING_MS = 1000;

function thoughtLabel(duration: number): string {
  return duration < WORTH_TELLING_MS
    ? text.conversation.thought
    : text.conversation.thoughtFor(milliseconds(duration));
}

function ToolCard({ part }: { part: ToolPart }): JSX.Element {
  return (
    <details
      class="tool-card"
      open
      data-testid="tool-call"
      data-state={part.state}
      aria-label={text.tool.label(part.name)}
    >
      <summary>
        <Tool />
        <code>{part.name}</code>
        <span class="tool-state">{text.tool.states[part.state]}</span>
      </summary>
      <dl>
        <dt>{text.tool.arguments}</dt>
        <dd data-testid="tool-arguments">
          <pre>{part.arguments === "" ? text.tool.noArguments : part.arguments}</pre>
        </dd>
        {part.result !== "" && (
          <>
            <dt>{text.tool.result}</dt>
            <dd data-testid="tool-result">
              <pre>{part.result}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
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
          <Footer turn={turn} />
        </>
      );
    case "stopped":
      return (
        <>
          <p class="muted">{text.conversation.stopped}</p>
          <Footer turn={turn} />
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
        </ErrorCard>
      );
  }
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

function Footer({ turn }: { turn: Turn }): JSX.Element {
  const answer = answerText(turn);
  return (
    <footer class="answer-footer">
      {answer !== "" && <CopyButton content={answer} label={text.conversation.copyAnswer} />}
      {turn.figures !== null && <FiguresLine figures={turn.figures} />}
      {turn.figures?.degradation != null && <Degraded degradation={turn.figures.degradation} />}
    </footer>
  );
}

/** What the engine could not do as asked: said, but only in full to whoever wants to know. */
function Degraded({ degradation }: { degradation: Degradation }): JSX.Element {
  const { requested, actual, reason } = degradation;
  return (
    <details class="degraded" data-testid="degraded">
      <summary>{text.figures.degraded}</summary>
      <p>{text.figures.degradedHow(requested, actual, reason)}</p>
    </details>
  );
}

function FiguresLine({ figures }: { figures: AnswerFigures }): JSX.Element {
  const measured = figures.figures;
  const facts = [
    measured?.decode_tokens_per_s == null
      ? null
      : text.figures.tokensPerSecond(rate(measured.decode_tokens_per_s)),
    measured?.time_to_first_token_ms == null
      ? null
      : text.figures.firstToken(milliseconds(measured.time_to_first_token_ms)),
    figures.outputTokens === null ? null : text.figures.tokens(figures.outputTokens),
    figures.finishReason === "length" ? text.figures.lengthLimit : null,
    figures.engine === null ? null : engineName(figures.engine),
  ].filter((fact) => fact !== null);
  return (
    <p class="figures" data-testid="figures" aria-label={text.figures.label}>
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}
