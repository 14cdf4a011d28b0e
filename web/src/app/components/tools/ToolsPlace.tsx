/** The place for tools: which ones the model is offered, what they may, and what they did. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { text } from "../../text";
import { BUILT_IN, BUILT_IN_NAMES } from "../../tools/built-in";
import { Activities } from "./Activities";
import { Hooks } from "./Hooks";
import { OwnTools } from "./OwnTools";
import { Sites } from "./Sites";
import { ToolRow } from "./ToolRow";

const words = text.tools;

export function ToolsPlace(): JSX.Element {
  const builtIn = useId();
  return (
    <div class="tools-place">
      <p class="tools-lead">{words.place.lead}</p>
      <section aria-labelledby={builtIn}>
        <h3 id={builtIn}>{words.place.builtIn}</h3>
        <p class="tools-note">{words.place.demo}</p>
        <ul class="tool-list">
          {BUILT_IN_NAMES.map((name) => (
            <ToolRow
              key={name}
              name={name}
              title={words.builtIn[name].title}
              about={words.builtIn[name].about}
              schema={BUILT_IN[name].schema}
            />
          ))}
        </ul>
      </section>
      <OwnTools />
      <Sites />
      <Hooks />
      <Activities />
    </div>
  );
}
