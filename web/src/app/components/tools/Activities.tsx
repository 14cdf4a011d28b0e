/** What tools did outside of the conversation since the page was opened, newest first. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { text } from "../../text";
import type { Activity } from "../../tools/state";
import { useTools } from "./context";

const words = text.tools.activity;

export function Activities(): JSX.Element {
  const tools = useTools();
  const title = useId();
  const activity = tools.state.activity.value;
  return (
    <section aria-labelledby={title} data-testid="activity">
      <h3 id={title}>{text.tools.place.activity}</h3>
      {activity.length === 0 && <p class="tools-note">{words.none}</p>}
      <ul class="activity">
        {activity.map((each) => (
          <li key={each.id} data-outcome={typeof each.outcome === "string" ? each.outcome : "failed"}>
            <time>{new Date(each.at).toLocaleTimeString()}</time>
            <span>{sentenceOf(each)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sentenceOf({ service, what, outcome }: Activity): string {
  const done = words.kinds[service](what);
  if (outcome === "done") return done;
  return `${done} (${outcome === "underway" ? words.underway : words.failed(outcome.failed)})`;
}
