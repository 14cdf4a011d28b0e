/** What is typed to lock and to unlock. */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { text } from "../../text";
import type { Act } from "./use-act";

/** Shorter ones are found by trying. */
const LEAST = 8;

interface PassphraseProps {
  label: string;
  testId: string;
  value: string;
  /** Whether it is one that there is already: password managers ask. */
  known?: boolean;
  note?: string;
  focus?: boolean;
  onInput: (value: string) => void;
}

export function Passphrase(props: PassphraseProps): JSX.Element {
  const id = useId();
  const field = useFocus(props.focus === true);
  return (
    <div class="passphrase">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={field}
        type="password"
        autocomplete={props.known === true ? "current-password" : "new-password"}
        value={props.value}
        data-testid={props.testId}
        aria-describedby={props.note === undefined ? undefined : `${id}-note`}
        onInput={(event) => {
          props.onInput(event.currentTarget.value);
        }}
      />
      {props.note !== undefined && (
        <p class="setting-note" id={`${id}-note`}>
          {props.note}
        </p>
      )}
    </div>
  );
}

/** A field that has the focus from its first moment: `autofocus` does nothing where something else has had it before. */
export function useFocus(wanted: boolean): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (wanted) field.current?.focus();
  }, []);
  return field;
}

export interface NewPassphrase {
  value: string;
  /** A sentence; null: it can be taken. */
  fault: () => string | null;
  fields: JSX.Element;
  clear: () => void;
}

/** A passphrase and the same once more. */
export function useNewPassphrase(testId: string, label = text.data.passphrase.field): NewPassphrase {
  const words = text.data.passphrase;
  const [value, setValue] = useState("");
  const [again, setAgain] = useState("");
  return {
    value,
    fault: () => {
      if (value.length < LEAST) return words.short(LEAST);
      return value === again ? null : words.differ;
    },
    clear: () => {
      setValue("");
      setAgain("");
    },
    fields: (
      <>
        <Passphrase label={label} testId={testId} value={value} note={words.note} onInput={setValue} />
        <Passphrase label={words.repeat} testId={`${testId}-again`} value={again} onInput={setAgain} />
      </>
    ),
  };
}

/** A form that does one thing, and says what went wrong. */
export function ActForm({
  act,
  testId,
  submit,
  onSubmit,
  danger = false,
  children,
  more,
}: {
  act: Act;
  testId: string;
  submit: string;
  onSubmit: () => Promise<string | null>;
  danger?: boolean;
  children: ComponentChildren;
  /** Other buttons. */
  more?: ComponentChildren;
}): JSX.Element {
  return (
    <form
      class="data-form"
      data-testid={testId}
      onSubmit={(event) => {
        event.preventDefault();
        act.run(onSubmit);
      }}
    >
      {children}
      <Fault act={act} />
      <div class="data-actions">
        <button type="submit" class={danger ? "danger" : "primary"} data-testid={`${testId}-submit`} disabled={act.busy}>
          {submit}
        </button>
        {more}
      </div>
    </form>
  );
}

export function Fault({ act }: { act: Act }): JSX.Element {
  return (
    <p class="data-fault" role="alert" hidden={act.fault === null} data-testid="data-fault">
      {act.fault}
    </p>
  );
}
