/** What settings are made of: a label, a control, a note, and what is wrong with what was typed. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { FieldFault, Read } from "../../settings/choices";
import { text } from "../../text";

interface RowProps {
  label: string;
  note?: string | undefined;
  fault?: string | null;
  /** Draws the control, which takes the ids of its label's target and of what describes it. */
  children: (ids: { control: string; described: string }) => ComponentChildren;
}

export function Row({ label, note, fault = null, children }: RowProps): JSX.Element {
  const id = useId();
  return (
    <div class="setting">
      <div class="setting-words">
        <label for={id}>{label}</label>
        {note !== undefined && (
          <p class="setting-note" id={`${id}-note`}>
            {note}
          </p>
        )}
      </div>
      <div class="setting-control">
        {children({ control: id, described: `${id}-note ${id}-fault` })}
        <p class="setting-fault" id={`${id}-fault`} role="alert" hidden={fault === null}>
          {fault}
        </p>
      </div>
    </div>
  );
}

interface TypedProps<T> {
  label: string;
  note?: string;
  /** What is chosen, as text; an empty one: nothing. */
  value: string;
  placeholder?: string;
  disabled?: boolean;
  testId: string;
  lines?: boolean;
  read: (typed: string) => Read<T>;
  onChange: (value: T | undefined) => void;
}

/** A field whose text counts as soon as it is valid; until then what was chosen stays. */
export function TypedField<T>(props: TypedProps<T>): JSX.Element {
  const { value, read } = props;
  const [typed, setTyped] = useState(value);
  const shown = read(typed);
  useEffect(() => {
    // Changed from elsewhere, a preset for one: not while somebody types the same in other words.
    const now = read(typed);
    const same = now.fault === null && String(now.value ?? "") === value;
    if (!same) setTyped(value);
  }, [value]);
  const change = (next: string): void => {
    setTyped(next);
    const now = read(next);
    if (now.fault === null) props.onChange(now.value);
  };
  return (
    <Row label={props.label} note={props.note} fault={shown.fault === null ? null : faultSentence(shown.fault)}>
      {({ control, described }) => {
        const shared = {
          id: control,
          value: typed,
          disabled: props.disabled,
          placeholder: props.placeholder,
          spellcheck: false,
          "data-testid": props.testId,
          "aria-describedby": described,
          "aria-invalid": shown.fault !== null,
        };
        return props.lines === true ? (
          <textarea
            {...shared}
            rows={3}
            onInput={(event) => {
              change(event.currentTarget.value);
            }}
          />
        ) : (
          <input
            {...shared}
            type="text"
            inputMode="decimal"
            autocomplete="off"
            onInput={(event) => {
              change(event.currentTarget.value);
            }}
          />
        );
      }}
    </Row>
  );
}

export function faultSentence(fault: FieldFault): string {
  const words = text.settings.faults;
  return fault.code === "out_of_range"
    ? words.out_of_range(String(fault.least), String(fault.greatest))
    : words[fault.code];
}

interface ChoiceProps<T extends string> {
  label: string;
  note?: string | undefined;
  testId: string;
  options: readonly (readonly [value: T, label: string])[];
  /** Null: none of them. */
  value: T | null;
  onChange: (value: T) => void;
}

/** A few words of which one is chosen. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const name = useId();
  return (
    <fieldset class="setting choice" data-testid={props.testId}>
      <div class="setting-words">
        <legend>{props.label}</legend>
        {props.note !== undefined && <p class="setting-note">{props.note}</p>}
      </div>
      <div class="segments">
        {props.options.map(([value, label]) => (
          <label key={value} class="segment">
            <input
              type="radio"
              class="visually-hidden"
              name={name}
              value={value}
              checked={props.value === value}
              onChange={() => {
                props.onChange(value);
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SwitchProps {
  label: string;
  note?: string;
  testId: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, note, testId, checked, disabled = false, onChange }: SwitchProps): JSX.Element {
  return (
    <Row label={label} note={note}>
      {({ control, described }) => (
        <input
          id={control}
          type="checkbox"
          role="switch"
          class="switch"
          data-testid={testId}
          aria-describedby={described}
          checked={checked}
          disabled={disabled}
          onChange={(event) => {
            onChange(event.currentTarget.checked);
          }}
        />
      )}
    </Row>
  );
}

export function Group({ id, title, children }: { id: string; title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="settings-group" aria-labelledby={`settings-${id}`}>
      <h3 id={`settings-${id}`} tabIndex={-1}>
        {title}
      </h3>
      {children}
    </section>
  );
}
