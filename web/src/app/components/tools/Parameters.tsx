/** The parameters of a tool that is written: one line each. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { text } from "../../text";
import { PARAMETER_TYPES, type Parameter, type ParameterType } from "../../tools/own-tool";
import { Close } from "../icons";

const words = text.tools.own;

interface ParametersProps {
  parameters: readonly Parameter[];
  onChange: (parameters: readonly Parameter[]) => void;
}

export function Parameters({ parameters, onChange }: ParametersProps): JSX.Element {
  const title = useId();
  return (
    <fieldset class="own-row own-parameters" aria-labelledby={title}>
      <legend id={title}>{words.parameters}</legend>
      {parameters.length === 0 && <p class="muted">{words.noParameters}</p>}
      {parameters.map((parameter, at) => (
        <Line
          key={at}
          parameter={parameter}
          onChange={(part) => {
            onChange(parameters.map((each, place) => (place === at ? { ...each, ...part } : each)));
          }}
          onRemove={() => {
            onChange(parameters.filter((_, place) => place !== at));
          }}
        />
      ))}
      <button
        type="button"
        class="quiet"
        data-testid="own-add-parameter"
        onClick={() => {
          onChange([...parameters, { name: "", type: "string", about: "", required: true }]);
        }}
      >
        {words.addParameter}
      </button>
    </fieldset>
  );
}

interface LineProps {
  parameter: Parameter;
  onChange: (part: Partial<Parameter>) => void;
  onRemove: () => void;
}

function Line({ parameter, onChange, onRemove }: LineProps): JSX.Element {
  return (
    <div class="own-parameter" data-testid="own-parameter">
      <input
        class="tool-field code"
        type="text"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-label={words.parameterName}
        placeholder={words.parameterName}
        value={parameter.name}
        onInput={(event) => {
          onChange({ name: event.currentTarget.value });
        }}
      />
      <select
        class="tool-field"
        aria-label={words.parameterType}
        value={parameter.type}
        onChange={(event) => {
          onChange({ type: event.currentTarget.value as ParameterType });
        }}
      >
        {PARAMETER_TYPES.map((type) => (
          <option key={type} value={type} selected={type === parameter.type}>
            {words.types[type]}
          </option>
        ))}
      </select>
      <input
        class="tool-field"
        type="text"
        autocomplete="off"
        aria-label={words.parameterAbout}
        placeholder={words.parameterAbout}
        value={parameter.about}
        onInput={(event) => {
          onChange({ about: event.currentTarget.value });
        }}
      />
      <label class="own-required">
        <input
          type="checkbox"
          checked={parameter.required}
          onChange={(event) => {
            onChange({ required: event.currentTarget.checked });
          }}
        />
        {words.parameterRequired}
      </label>
      <button
        type="button"
        class="icon-button small"
        aria-label={words.removeParameter(parameter.name)}
        onClick={onRemove}
      >
        <Close />
      </button>
    </div>
  );
}
