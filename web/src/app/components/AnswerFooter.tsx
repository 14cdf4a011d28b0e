/** Below an answer: copying it, what the engine measured, and what it could not do as asked. */
import type { ComponentChildren, JSX } from "preact";
import type { ErrorCode } from "../../protocol/wire";
import { engineName, milliseconds, rate } from "../format";
import type { Choice } from "../stores/branches";
import { answerText, type AnswerFigures, type Degradation, type Turn } from "../stores/turn";
import { text } from "../text";
import { useApp } from "./context";
import { CopyButton } from "./CopyButton";
import { Moment } from "./turn/Moment";
import { Switcher } from "./turn/Switcher";

interface AnswerFooterProps {
  turn: Turn;
  /** The other answers to the same question. */
  choice: Choice | null;
  /** What can be done with this answer beside copying it. */
  children?: ComponentChildren;
}

export function AnswerFooter({ turn, choice, children }: AnswerFooterProps): JSX.Element {
  const answer = answerText(turn);
  return (
    <footer class="answer-footer">
      <span class="answer-buttons">
        {answer !== "" && <CopyButton content={answer} label={text.conversation.copyAnswer} bare />}
        {children}
      </span>
      {choice !== null && <Switcher choice={choice} label={text.conversation.answers} />}
      {turn.endedAt !== null && <Moment at={turn.endedAt} />}
      {turn.figures !== null && <FiguresLine figures={turn.figures} />}
      {turn.figures !== null && turn.figures.recovered.length > 0 && (
        <Recovered codes={turn.figures.recovered} />
      )}
      {turn.figures?.degradation != null && <Degraded degradation={turn.figures.degradation} />}
    </footer>
  );
}

/** The engine was lost in the middle of this answer, and went on. */
function Recovered({ codes }: { codes: readonly string[] }): JSX.Element {
  const titles = codes.map((code) => (isErrorCode(code) ? text.errors.titles[code] : code));
  return (
    <p class="recovered" data-testid="recovered">
      {text.recovery.inAnswer(titles)}
    </p>
  );
}

const isErrorCode = (code: string): code is ErrorCode => code in text.errors.titles;

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
  const { state } = useApp();
  const model = state.catalogue.value?.find(({ id }) => id === figures.model)?.name ?? figures.model;
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
    model === "" ? null : model,
    figures.engine === null ? null : engineName(figures.engine),
  ].filter((fact) => fact !== null);
  return (
    <div class="figures" role="group" data-testid="figures" aria-label={text.figures.label}>
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </div>
  );
}
