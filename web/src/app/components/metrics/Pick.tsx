/** One of a few, chosen from a list: small enough to stand beside others. */
import type { JSX } from "preact";
import { text } from "../../text";

interface PickProps<T extends string> {
  label: string;
  testId: string;
  options: readonly (readonly [value: T, label: string])[];
  /** Undefined: any. */
  value: T | undefined;
  onChange: (value: T | undefined) => void;
  /** Whether there is no "any". */
  always?: boolean;
}

export function Pick<T extends string>(props: PickProps<T>): JSX.Element {
  const { label, testId, options, value, onChange, always = false } = props;
  return (
    <label class="pick" data-on={value !== undefined && !always}>
      <span>{label}</span>
      <select
        data-testid={testId}
        value={value ?? ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange(options.find(([each]) => each === chosen)?.[0]);
        }}
      >
        {!always && <option value="">{text.metrics.any}</option>}
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
