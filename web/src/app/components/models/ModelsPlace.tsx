/** The place for models: a wide sheet over the page, the whole screen on a phone. */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { SECTIONS, type Section } from "../../models/state";
import { text } from "../../text";
import { useApp } from "../context";
import { deferred } from "../Deferred";
import { Close } from "../icons";

const Content = deferred(async () => (await import("./Content")).Content);

export function ModelsPlace(): JSX.Element {
  const { state, models } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = state.modelDialogOpen.value;
  const close = (): void => {
    models.close();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog models-place"
      data-testid="model-dialog"
      aria-labelledby="models-title"
      onClose={close}
      onClick={(event) => {
        // A click beside the sheet meets the dialog element itself.
        if (event.target === event.currentTarget) close();
      }}
    >
      {open && (
        <div class="sheet">
          <Showing dialog={dialog} />
          <div class="sheet-head">
            {/* The focus begins here; the search takes it where no touch keyboard would then hide the list. */}
            <h2 id="models-title" tabIndex={-1} autofocus>
              {text.models.title}
            </h2>
            <Tabs />
            <button
              type="button"
              class="icon-button"
              data-testid="model-dialog-close"
              aria-label={text.models.close}
              onClick={close}
            >
              <Close />
            </button>
          </div>
          <Panel section={state.models.section.value} />
        </div>
      )}
    </dialog>
  );
}

/**
 * Shows the dialog for as long as it stands in it, as the first of its children: effects run in the order of the page,
 * and what is not shown yet can be neither focused nor scrolled to by those behind.
 */
function Showing({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }): null {
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
    };
  }, [dialog]);
  return null;
}

function Panel({ section }: { section: Section }): JSX.Element {
  return (
    <div class="panel" role="tabpanel" id={`panel-${section}`} aria-labelledby={`tab-${section}`}>
      <Content />
    </div>
  );
}

/** One tab stop; the arrow keys move among the tabs, as in every list of tabs. */
function Tabs(): JSX.Element {
  const { state, models } = useApp();
  const list = useRef<HTMLDivElement>(null);
  const chosen = state.models.section.value;
  const go = (section: Section): void => {
    models.show(section);
    list.current?.querySelector<HTMLElement>(`#tab-${section}`)?.focus();
  };
  return (
    <div
      ref={list}
      class="tabs"
      role="tablist"
      aria-label={text.models.sectionsLabel}
      onKeyDown={(event) => {
        const next = neighbour(chosen, event.key);
        if (next === undefined) return;
        event.preventDefault();
        go(next);
      }}
    >
      {SECTIONS.map((section) => (
        <button
          key={section}
          type="button"
          role="tab"
          id={`tab-${section}`}
          data-testid={`tab-${section}`}
          aria-selected={section === chosen}
          aria-controls={section === chosen ? `panel-${section}` : undefined}
          tabIndex={section === chosen ? 0 : -1}
          onClick={() => {
            go(section);
          }}
        >
          {text.models.sections[section]}
        </button>
      ))}
    </div>
  );
}

function neighbour(section: Section, key: string): Section | undefined {
  const at = SECTIONS.indexOf(section);
  switch (key) {
    case "ArrowRight":
      return SECTIONS[(at + 1) % SECTIONS.length];
    case "ArrowLeft":
      return SECTIONS.at(at - 1);
    case "Home":
      return SECTIONS[0];
    case "End":
      return SECTIONS.at(-1);
    default:
      return undefined;
  }
}
