/** A sheet over the conversation with a title and a way back: the whole screen on a phone. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Sheet as SheetName } from "../places";
import { text } from "../text";
import { useApp } from "./context";
import { Close } from "./icons";

interface SheetProps {
  name: SheetName;
  title: string;
  children: ComponentChildren;
}

export function Sheet({ name, title, children }: SheetProps): JSX.Element {
  const { places } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = places.sheet.value === name;
  // Before the effects of what stands inside: what is not shown can be neither focused nor scrolled to.
  useLayoutEffect(() => {
    if (open) dialog.current?.showModal();
    else if (dialog.current?.open === true) dialog.current.close();
  }, [open]);
  const close = (): void => {
    if (places.sheet.peek() === name) places.close();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog place"
      data-testid={`${name}-place`}
      aria-labelledby={`${name}-title`}
      onClose={close}
      onClick={(event) => {
        // A click beside the sheet meets the dialog element itself.
        if (event.target === event.currentTarget) close();
      }}
    >
      {open && (
        <div class="sheet">
          <div class="sheet-head">
            <h2 id={`${name}-title`} tabIndex={-1} autofocus>
              {title}
            </h2>
            <button
              type="button"
              class="icon-button"
              data-testid={`${name}-close`}
              aria-label={text.places.close}
              onClick={close}
            >
              <Close />
            </button>
          </div>
          <div class="sheet-body">{children}</div>
        </div>
      )}
    </dialog>
  );
}
