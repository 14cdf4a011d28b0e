/** How answers are made: a style in one choice, and every number behind it. */
import type { JSX } from "preact";
import { chosen, FORMATS, NUMBERS, readNumber, readSchema, readStop, type Choices, type NumberName } from "../../settings/choices";
import { PRESET_NAMES, presetOf, withPreset, type Preset } from "../../settings/presets";
import { text } from "../../text";
import { useApp } from "../context";
import { Choice, Group, TypedField } from "./fields";

/** What is chosen, what counts where nothing is, and how it is changed. */
export interface Edited {
  choices: Choices;
  /** Null where these are the choices for everywhere. */
  behind: Choices | null;
  change: (choices: Choices) => void;
}

const FIRST: readonly NumberName[] = ["temperature", "max_tokens", "top_p"];
const REST: readonly NumberName[] = ["top_k", "frequency_penalty", "presence_penalty", "seed", "context_tokens"];

export function Answers(edited: Edited): JSX.Element {
  const words = text.settings.answers;
  return (
    <Group id="answers" title={words.title}>
      <Presets {...edited} />
      {FIRST.map((name) => (
        <NumberField key={name} name={name} {...edited} />
      ))}
      <details class="settings-more">
        <summary data-testid="more-numbers">{words.more}</summary>
        {REST.map((name) => (
          <NumberField key={name} name={name} {...edited} />
        ))}
        <Rest {...edited} />
      </details>
    </Group>
  );
}

function Presets({ choices, behind, change }: Edited): JSX.Element {
  const words = text.settings.answers;
  const preset = presetOf(choices);
  const unset: [Preset | "model", string] = ["model", behind === null ? words.model : words.inherited];
  return (
    <Choice
      label={words.preset}
      note={noteOf(preset, behind)}
      testId="preset"
      options={[unset, ...PRESET_NAMES.map((name): [Preset, string] => [name, words.presets[name]])]}
      value={preset === "own" ? null : preset}
      onChange={(next) => {
        change(withPreset(choices, next));
      }}
    />
  );
}

function noteOf(preset: Preset | "model" | "own", behind: Choices | null): string {
  const words = text.settings.answers;
  if (preset === "own") return words.own;
  return preset === "model" && behind !== null ? text.settings.scope.hereNote : words.notes[preset];
}

function NumberField({ name, choices, behind, change }: Edited & { name: NumberName }): JSX.Element {
  const { state } = useApp();
  const words = text.settings.answers;
  const [label = "", note = ""] = text.settings.numbers[name];
  const engine = state.engine.value;
  // Said where it can be seen: a setting that does nothing is worse than none.
  const missing = name === "top_k" && engine.kind === "ready" && engine.model.engine.kind === "webllm";
  const inherited = behind?.[name];
  return (
    <TypedField
      label={label}
      note={missing ? text.settings.notOnWebGpu : `${note} ${rangeOf(name)}`.trim()}
      testId={`set-${name}`}
      disabled={missing}
      value={choices[name] === undefined ? "" : String(choices[name])}
      placeholder={inherited === undefined ? words.unset : words.inheritedValue(String(inherited))}
      read={(typed) => readNumber(name, typed)}
      onChange={(value) => {
        change(chosen(choices, name, value));
      }}
    />
  );
}

/** Told only where it is one that people can use. */
function rangeOf(name: NumberName): string {
  const { least, greatest } = NUMBERS[name];
  return greatest > 2 ? "" : `${text.settings.answers.range(String(least), String(greatest))}.`;
}

function Rest({ choices, behind, change }: Edited): JSX.Element {
  const words = text.settings;
  return (
    <>
      <TypedField
        label={words.stop}
        note={words.stopNote}
        testId="set-stop"
        lines
        value={(choices.stop ?? []).join("\n")}
        read={(typed) => ({ value: readStop(typed), fault: null })}
        onChange={(value) => {
          change(chosen(choices, "stop", value));
        }}
      />
      <Choice
        label={words.thinking}
        note={words.thinkingNote}
        testId="set-thinking"
        options={[
          ["unset", behind === null ? words.thinkingChoices.unset : words.answers.inherited],
          ["on", words.thinkingChoices.on],
          ["off", words.thinkingChoices.off],
        ]}
        value={choices.thinks === undefined ? "unset" : choices.thinks ? "on" : "off"}
        onChange={(value) => {
          change(chosen(choices, "thinks", value === "unset" ? undefined : value === "on"));
        }}
      />
      <Choice
        label={words.format}
        testId="set-format"
        options={FORMATS.map((format) => [format, words.formats[format]] as const)}
        value={choices.format ?? behind?.format ?? "text"}
        onChange={(format) => {
          change(chosen(choices, "format", format));
        }}
      />
      {choices.format === "json_schema" && (
        <TypedField
          label={words.schema}
          note={words.schemaNote}
          testId="set-schema"
          lines
          value={choices.schema ?? ""}
          read={readSchema}
          onChange={(schema) => {
            change(chosen(choices, "schema", schema));
          }}
        />
      )}
    </>
  );
}
