/** One tool: offered to the model or not, what it may, and a form to try it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { ToolPermission } from "../../../protocol/wire";
import { text } from "../../text";
import type { ArgumentsSchema } from "../../tools/built-in";
import { choiceOf } from "../../tools/settings";
import { TryTool } from "./TryTool";
import { useTools } from "./context";

const words = text.tools.place;
const PERMISSIONS = ["ask", "allow", "never"] as const satisfies ToolPermission[];

interface ToolRowProps {
  name: string;
  title: string;
  about: string;
  schema: ArgumentsSchema;
  /** Further buttons beside "Try it". */
  children?: ComponentChildren;
}

export function ToolRow({ name, title, about, schema, children }: ToolRowProps): JSX.Element {
  const tools = useTools();
  const trying = useSignal(false);
  const panel = useId();
  const { on, permission } = choiceOf(tools.state.choices.value, name);
  return (
    <li class="tool-row" data-testid={`tool-${name}`} data-on={on}>
      <div class="tool-line">
        <input
          type="checkbox"
          role="switch"
          class="switch"
          checked={on}
          aria-label={words.on(title)}
          data-testid={`tool-on-${name}`}
          onChange={(event) => {
            tools.choose(name, { on: event.currentTarget.checked });
          }}
        />
        <div class="tool-words">
          <p class="tool-title">
            {title}
            {title !== name && <code>{name}</code>}
          </p>
          <p class="tool-about">{about}</p>
        </div>
        <div class="tool-controls">
          <select
            class="tool-field"
            aria-label={words.permission(title)}
            data-testid={`tool-permission-${name}`}
            value={permission}
            onChange={(event) => {
              tools.choose(name, { permission: event.currentTarget.value as ToolPermission });
            }}
          >
            {PERMISSIONS.map((each) => (
              <option key={each} value={each} selected={each === permission}>
                {words.permissions[each]}
              </option>
            ))}
          </select>
          <button
            type="button"
            class="quiet"
            aria-expanded={trying.value}
            aria-controls={panel}
            aria-label={words.tryLabel(title)}
            data-testid={`try-${name}`}
            onClick={() => {
              trying.value = !trying.value;
            }}
          >
            {words.tryIt}
          </button>
          {children}
        </div>
      </div>
      <div id={panel} hidden={!trying.value}>
        {trying.value && <TryTool name={name} schema={schema} />}
      </div>
    </li>
  );
}
