/** What can be done around a message beside writing it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../../text";
import { useApp } from "../context";
import { Clip, Instruction, Plus, Template, Trash } from "../icons";

export function MoreMenu(): JSX.Element {
  const { state, actions, composing } = useApp();
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const files = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open.value) return;
    const life = new AbortController();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && place.current?.contains(event.target) !== true) open.value = false;
    };
    document.addEventListener("pointerdown", outside, { signal: life.signal });
    document.addEventListener("focusin", outside, { signal: life.signal });
    return () => {
      life.abort();
    };
  }, [open, open.value]);
  const choose = (act: () => void) => (): void => {
    open.value = false;
    act();
  };
  const panel = (name: "templates" | "instruction") =>
    choose(() => {
      composing.panel.value = name;
    });
  return (
    <div
      ref={place}
      class="more"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open.value) return;
        // Elsewhere it stops the answer.
        event.stopPropagation();
        open.value = false;
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        class="more-button"
        data-testid="composer-more"
        aria-expanded={open.value}
        aria-label={text.composer.more}
        title={text.composer.more}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Plus />
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        aria-label={text.composer.attach}
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          void composing.attach(chosen);
        }}
      />
      {open.value && (
        <ul class="more-menu" aria-label={text.composer.more}>
          <Item icon={<Clip />} label={text.composer.attach} testId="attach" act={choose(() => files.current?.click())} />
          <Item icon={<Template />} label={text.composer.templates} testId="templates" act={panel("templates")} />
          <Item icon={<Instruction />} label={text.composer.instruction} testId="instruction" act={panel("instruction")} />
          {state.conversation.value.turns.length > 0 && (
            <Item
              icon={<Trash />}
              label={text.conversation.clear}
              testId="clear-chat"
              act={choose(() => {
                actions.clear();
              })}
            />
          )}
        </ul>
      )}
    </div>
  );
}

interface ItemProps {
  icon: JSX.Element;
  label: string;
  testId: string;
  act: () => void;
}

function Item({ icon, label, testId, act }: ItemProps): JSX.Element {
  return (
    <li>
      <button type="button" data-testid={testId} onClick={act}>
        {icon}
        {label}
      </button>
    </li>
  );
}
