/** How many cards: a number within bounds, corrected when the field is left. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { MOST_AT_ONCE } from "../../study/deck";

interface CountFieldProps {
  label: string;
  testId: string;
  value: number;
  onChange: (count: number) => void;
}

export function CountField({ label, testId, value, onChange }: CountFieldProps): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(String(value));
  return (
    <span class="count-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        max={MOST_AT_ONCE}
        step={1}
        data-testid={testId}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          const count = Number(event.currentTarget.value);
          if (Number.isInteger(count) && count >= 1 && count <= MOST_AT_ONCE) onChange(count);
        }}
        onBlur={() => {
          setTyped(String(value));
        }}
      />
    </span>
  );
}
