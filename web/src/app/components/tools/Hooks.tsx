/** What watches each conversation: the gate that asks, always, and what a person adds to it. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { text } from "../../text";
import { HOOK_NAMES, hookIsOn, type HookName } from "../../tools/hooks";
import { useTools } from "./context";

const words = text.tools.hooks;

export function Hooks(): JSX.Element {
  const title = useId();
  return (
    <section aria-labelledby={title} data-testid="hooks">
      <h3 id={title}>{words.title}</h3>
      <p class="tools-note">{words.lead}</p>
      <ul class="tool-list">
        <li class="tool-row">
          <div class="tool-line">
            <span class="hook-always">{words.always}</span>
            <HookWords name="approval" />
          </div>
        </li>
        {HOOK_NAMES.map((name) => (
          <HookRow key={name} name={name} />
        ))}
      </ul>
    </section>
  );
}

function HookRow({ name }: { name: HookName }): JSX.Element {
  const tools = useTools();
  const control = useId();
  return (
    <li class="tool-row" data-testid={`hook-${name}`}>
      <div class="tool-line">
        <input
          id={control}
          type="checkbox"
          role="switch"
          class="switch"
          checked={hookIsOn(tools.state.hooks.value, name)}
          aria-describedby={`${control}-about`}
          data-testid={`hook-on-${name}`}
          onChange={(event) => {
            tools.chooseHook(name, event.currentTarget.checked);
          }}
        />
        <HookWords name={name} control={control} />
      </div>
    </li>
  );
}

/** `control`: the id of the switch that the words belong to, where there is one. */
function HookWords({ name, control }: { name: HookName | "approval"; control?: string }): JSX.Element {
  const hook = words.each[name];
  return (
    <div class="tool-words">
      <p class="tool-title">
        {control === undefined ? hook.title : <label for={control}>{hook.title}</label>}
        <code>{`hooks-${name}`}</code>
      </p>
      <p class="tool-about" id={control === undefined ? undefined : `${control}-about`}>
        {hook.about}
      </p>
    </div>
  );
}
