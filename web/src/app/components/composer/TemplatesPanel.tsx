/** The templates: to insert, to keep what is written, to rename and to delete. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Template } from "../../composer/templates";
import { text } from "../../text";
import { useApp } from "../context";
import { Check, Pencil, Trash } from "../icons";
import { Panel } from "./Panel";

export function TemplatesPanel(): JSX.Element {
  const { state, composing } = useApp();
  const { templates } = composing;
  useEffect(() => {
    void templates.read();
  }, [templates]);
  const all = templates.all.value;
  const draft = state.draft.value;
  return (
    <Panel title={text.composer.templates} testId="templates-panel">
      {all.length === 0 && <p class="muted">{text.composer.templatesEmpty}</p>}
      <ul class="templates">
        {all.map((template) => (
          <Row key={template.id} template={template} />
        ))}
      </ul>
      <Removed />
      <div class="composer-panel-end">
        <button
          type="button"
          class="quiet"
          data-testid="template-save"
          disabled={draft.trim() === ""}
          onClick={() => void templates.save(draft)}
        >
          {text.composer.templateSave}
        </button>
      </div>
    </Panel>
  );
}

/** The template that was deleted last, and the way back. */
function Removed(): JSX.Element | null {
  const { templates } = useApp().composing;
  const back = useRef<HTMLButtonElement>(null);
  const removed = templates.removed.value;
  useLayoutEffect(() => {
    // The button that deleted went with its template.
    if (removed !== null) back.current?.focus();
  }, [removed]);
  useEffect(
    () => () => {
      // Whoever closes the panel has accepted it.
      templates.acceptRemoval();
    },
    [templates],
  );
  if (removed === null) return null;
  return (
    <p class="template-removed" role="status" data-testid="template-removed">
      <span>{text.composer.templateRemoved(removed.name)}</span>
      <button
        ref={back}
        type="button"
        class="link-button"
        data-testid="template-undo"
        onClick={() => {
          void templates.undoRemoval();
          document.getElementById("composer")?.focus();
        }}
      >
        {text.conversation.undo}
      </button>
    </p>
  );
}

function Row({ template }: { template: Template }): JSX.Element {
  const { composing } = useApp();
  const renaming = useSignal(false);
  const words = text.composer;
  return (
    <li class="template" data-testid="template">
      {renaming.value ? (
        <Rename template={template} onClose={() => (renaming.value = false)} />
      ) : (
        <>
          <button
            type="button"
            class="template-insert"
            data-testid="template-insert"
            aria-label={words.templateInsert(template.name)}
            title={template.text}
            onClick={() => {
              composing.insert(template.text);
              composing.panel.value = null;
              document.getElementById("composer")?.focus();
            }}
          >
            <span>{template.name}</span>
            <span class="template-text">{template.text}</span>
          </button>
          <button
            type="button"
            class="small-icon"
            data-testid="template-rename"
            aria-label={words.templateRename(template.name)}
            title={words.templateRename(template.name)}
            onClick={() => (renaming.value = true)}
          >
            <Pencil />
          </button>
          <button
            type="button"
            class="small-icon"
            data-testid="template-delete"
            aria-label={words.templateDelete(template.name)}
            title={words.templateDelete(template.name)}
            onClick={() => void composing.templates.remove(template.id)}
          >
            <Trash />
          </button>
        </>
      )}
    </li>
  );
}

function Rename({ template, onClose }: { template: Template; onClose: () => void }): JSX.Element {
  const { composing } = useApp();
  const name = useSignal(template.name);
  return (
    <form
      class="template-name"
      onSubmit={(event) => {
        event.preventDefault();
        onClose();
        void composing.templates.rename(template.id, name.value);
      }}
    >
      <input
        class="panel-field"
        data-testid="template-name"
        aria-label={text.composer.templateName}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="small-icon" aria-label={text.composer.save} title={text.composer.save}>
        <Check />
      </button>
    </form>
  );
}
