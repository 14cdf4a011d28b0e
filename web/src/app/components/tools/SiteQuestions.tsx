/** Questions whether a site may be read, at the place of the call that wants it. */
import type { JSX } from "preact";
import { useContext, useId } from "preact/hooks";
import { text } from "../../text";
import type { SiteQuestion } from "../../tools/state";
import { ToolsContext, useTools } from "./context";

const words = text.tools.site;

export function SiteQuestions({ turn }: { turn: string }): JSX.Element | null {
  const tools = useContext(ToolsContext);
  if (tools === null) return null;
  const here = tools.state.questions.value.filter((question) => question.turn === turn);
  return (
    <>
      {here.map((question) => (
        <Question key={question.id} question={question} />
      ))}
    </>
  );
}

const ANSWERS = [
  { answer: "once", look: "primary" },
  { answer: "always", look: "outlined" },
  { answer: "deny", look: "quiet" },
] as const;

function Question({ question: { id, site, url } }: { question: SiteQuestion }): JSX.Element {
  const tools = useTools();
  const label = useId();
  const about = useId();
  return (
    <div
      class="consent standing"
      role="group"
      aria-labelledby={label}
      aria-describedby={about}
      data-testid="site-question"
    >
      <p id={label} class="consent-question">
        {words.question(site)}
      </p>
      <p id={about} class="consent-about">
        {words.leaves(url)}
      </p>
      <div class="consent-actions">
        {ANSWERS.map(({ answer, look }) => (
          <button
            key={answer}
            type="button"
            class={look}
            data-testid={`site-${answer}`}
            onClick={() => {
              tools.answerSite(id, answer);
            }}
          >
            {words[answer]}
          </button>
        ))}
      </div>
    </div>
  );
}
