/** A form for a tool's arguments, and what came of running it by hand. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Turn } from "../../stores/turn";
import { text } from "../../text";
import type { ArgumentsSchema } from "../../tools/built-in";
import { argumentsOf, fieldsOf, type Field, type Values } from "../../tools/schema-form";
import { useApp } from "../context";
import { useTools } from "./context";
import { SiteQuestions } from "./SiteQuestions";
import { ToolCard } from "./ToolCard";

const words = text.tools.place;

export function TryTool({ name, schema }: { name: string; schema: ArgumentsSchema }): JSX.Element {
  const { state } = useApp();
  const tools = useTools();
  const values = useSignal<Values>({});
  const problem = useSignal("");
  const fields = fieldsOf(schema);
  const trial = tools.state.trials.value.get(name);
  const running = trial?.state.kind === "running";
  const ready = state.python.value.kind === "ready";

  const run = (): void => {
    const given = argumentsOf(fields, values.value);
    problem.value = "problem" in given ? sentenceOf(given) : "";
    if ("arguments" in given) tools.trials.run(name, given.arguments);
  };
  return (
    <form
      class="try"
      data-testid={`try-form-${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!running && ready) run();
      }}
    >
      {fields.map((field) => (
        <FieldRow
          key={field.name}
          field={field}
          value={values.value[field.name] ?? ""}
          onChange={(value) => {
            values.value = { ...values.value, [field.name]: value };
          }}
        />
      ))}
      <div class="try-actions">
        {running ? (
          <button
            type="button"
            class="outlined"
            data-testid="try-stop"
            onClick={() => {
              tools.trials.stop(name);
            }}
          >
            {words.stop}
          </button>
        ) : (
          <button type="submit" class="primary" data-testid="try-run" disabled={!ready}>
            {words.run}
          </button>
        )}
        {!ready && <span class="muted">{words.waitsForPython}</span>}
        <span class="problem" role="alert">
          {problem.value}
        </span>
      </div>
      {trial !== undefined && <Trial name={name} trial={trial} />}
    </form>
  );
}

function Trial({ name, trial }: { name: string; trial: Turn }): JSX.Element {
  const tools = useTools();
  return (
    <div class="trial" data-testid="trial" data-state={trial.state.kind} aria-live="polite">
      {trial.parts.map(
        (part) =>
          part.kind === "tool" && (
            <ToolCard
              key={part.key}
              part={part}
              onApprove={(approval, choice) => {
                tools.trials.approve(name, approval, choice);
              }}
            />
          ),
      )}
      <SiteQuestions turn={trial.id} />
      {trial.state.kind === "failed" && <p class="problem">{trial.state.error.message}</p>}
    </div>
  );
}

interface FieldRowProps {
  field: Field;
  value: string;
  onChange: (value: string) => void;
}

function FieldRow({ field, value, onChange }: FieldRowProps): JSX.Element {
  const id = useId();
  return (
    <div class="try-field">
      <label for={id}>
        <code>{field.name}</code>
        {field.required && <span aria-hidden="true"> *</span>}
        {field.about !== "" && <span class="muted">{field.about}</span>}
      </label>
      <Input id={id} field={field} value={value} onChange={onChange} />
    </div>
  );
}

function Input({ id, field, value, onChange }: FieldRowProps & { id: string }): JSX.Element {
  const common = { id, class: "tool-field", value, "data-testid": `try-${field.name}`, "aria-required": field.required };
  if (field.kind === "choice" || field.kind === "yes_no") {
    const options =
      field.kind === "choice"
        ? field.options.map((each) => [each, each])
        : [
            ["yes", words.yes],
            ["no", words.no],
          ];
    return (
      <select
        {...common}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      >
        <option value="">{field.required ? "" : words.empty}</option>
        {options.map(([option, label]) => (
          <option key={option} value={option} selected={option === value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      type="text"
      inputMode={field.kind === "number" ? "decimal" : undefined}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

function sentenceOf({ problem, field }: { problem: "missing" | "no_number" | "no_json"; field: string }): string {
  switch (problem) {
    case "missing":
      return words.missing(field);
    case "no_number":
      return words.badNumber(field);
    case "no_json":
      return words.badJson(field);
  }
}
