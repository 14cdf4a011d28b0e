/** A person's own tools: the list, and the editor in its place while one is written. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { CustomTool } from "../../../protocol/wire";
import { text } from "../../text";
import type { ArgumentsSchema } from "../../tools/built-in";
import { draftOf, NEW_DRAFT } from "../../tools/own-tool";
import { Confirm } from "../models/Confirm";
import { OwnToolEditor } from "./OwnToolEditor";
import { ToolRow } from "./ToolRow";
import { useTools } from "./context";

const words = text.tools.own;

export function OwnTools(): JSX.Element {
  const tools = useTools();
  const title = useId();
  /** The name of the tool that is edited; "" a new one; null none. */
  const edited = useSignal<string | null>(null);
  const own = tools.state.own.value;
  const tool = own.find(({ name }) => name === edited.value) ?? null;
  return (
    <section aria-labelledby={title} data-testid="own-tools">
      <h3 id={title}>{text.tools.place.own}</h3>
      {own.length === 0 && <p class="tools-note">{words.none}</p>}
      <ul class="tool-list">
        {own.map((each) => (
          <OwnRow
            key={each.name}
            tool={each}
            onEdit={() => {
              edited.value = each.name;
            }}
          />
        ))}
      </ul>
      {edited.value === null ? (
        <button
          type="button"
          class="outlined"
          data-testid="own-add"
          onClick={() => {
            edited.value = "";
          }}
        >
          {words.add}
        </button>
      ) : (
        <OwnToolEditor
          key={edited.value}
          before={tool?.name ?? null}
          initial={tool === null ? NEW_DRAFT : draftOf(tool)}
          onClose={() => {
            edited.value = null;
          }}
        />
      )}
    </section>
  );
}

function OwnRow({ tool, onEdit }: { tool: CustomTool; onEdit: () => void }): JSX.Element {
  const tools = useTools();
  const sure = useSignal(false);
  return (
    <>
      <ToolRow
        name={tool.name}
        title={tool.name}
        about={tool.description}
        schema={tool.parameters as unknown as ArgumentsSchema}
      >
        <button type="button" class="quiet" aria-label={words.editLabel(tool.name)} data-testid="own-edit" onClick={onEdit}>
          {words.edit}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={words.removeLabel(tool.name)}
          data-testid="own-remove"
          onClick={() => {
            sure.value = true;
          }}
        >
          {words.remove}
        </button>
      </ToolRow>
      {sure.value && (
        <li>
          <Confirm
            testId="own-remove-sure"
            sentences={[words.removeSure(tool.name)]}
            confirm={words.remove}
            back={words.keep}
            danger
            onConfirm={() => {
              tools.removeOwn(tool.name);
            }}
            onBack={() => {
              sure.value = false;
            }}
          />
        </li>
      )}
    </>
  );
}
