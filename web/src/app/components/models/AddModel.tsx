/** A model of the user's own: by address, or from a file. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import {
  customModelOf,
  customModelOfFile,
  EMPTY_FORM,
  faultsOf,
  type CustomForm,
  type FormFacts,
  type FormFaults,
} from "../../models/custom";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { FileButton } from "./FileButton";

const words = text.models.add;

export function AddModel(): JSX.Element {
  const { state, models } = useApp();
  const fault = state.models.fault.value;
  return (
    <div class="section" data-scroll>
      <p class="section-note">{words.lead}</p>
      {fault !== null && <ErrorCard error={fault} />}
      <AddressForm />
      <section class="card" aria-labelledby="add-file-title">
        <h3 id="add-file-title">{words.disk}</h3>
        <p class="section-note">{words.fileNote}</p>
        <FileButton
          testId="add-file"
          label={words.file}
          accept=".gguf"
          onFile={(file) => void models.own.addFile(file, (url) => customModelOfFile(file, url))}
        />
      </section>
    </div>
  );
}

const pageFacts = (): FormFacts => ({ origin: location.origin, base: document.baseURI });

function AddressForm(): JSX.Element {
  const { models } = useApp();
  const form = useSignal<CustomForm>(EMPTY_FORM);
  const faults = useSignal<FormFaults>({});
  const element = useRef<HTMLFormElement>(null);
  const submit = async (): Promise<void> => {
    const found = faultsOf(form.value, pageFacts());
    faults.value = found;
    const first = Object.keys(found)[0];
    if (first === undefined) await models.own.add(customModelOf(form.value, pageFacts()));
    else element.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };
  const cpu = form.value.engine === "cpu";
  return (
    <form
      ref={element}
      class="card"
      data-testid="add-form"
      aria-labelledby="add-web-title"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h3 id="add-web-title">{words.web}</h3>
      <EngineChoice form={form} faults={faults} />
      {cpu ? (
        <Field name="ggufUrl" label={words.ggufUrl} hint={words.ggufHint} form={form} faults={faults} />
      ) : (
        <>
          <Field name="weightsUrl" label={words.weightsUrl} hint={words.ggufHint} form={form} faults={faults} />
          <Field name="libraryUrl" label={words.libraryUrl} form={form} faults={faults} />
        </>
      )}
      <Field name="name" label={words.name} hint={words.nameHint} form={form} faults={faults} />
      <Field
        name="context"
        label={words.context}
        hint={words.contextHint}
        form={form}
        faults={faults}
        numeric
      />
      <button type="submit" class="primary" data-testid="add-submit">
        {words.submit}
      </button>
    </form>
  );
}

interface FormProps {
  form: Signal<CustomForm>;
  faults: Signal<FormFaults>;
}

function EngineChoice({ form, faults }: FormProps): JSX.Element {
  return (
    <fieldset class="radios">
      <legend>{words.engine}</legend>
      {(["cpu", "webgpu"] as const).map((engine) => (
        <label key={engine}>
          <input
            type="radio"
            name="engine"
            value={engine}
            checked={form.value.engine === engine}
            onChange={() => {
              form.value = { ...form.value, engine };
              faults.value = {};
            }}
          />
          {words.engines[engine]}
        </label>
      ))}
    </fieldset>
  );
}

function Field({
  name,
  label,
  hint,
  form,
  faults,
  numeric = false,
}: FormProps & {
  name: Exclude<keyof CustomForm, "engine">;
  label: string;
  hint?: string;
  numeric?: boolean;
}): JSX.Element {
  const fault = faults.value[name];
  const id = `add-${name}`;
  const note = fault === undefined ? hint : words.faults[fault];
  return (
    <div class="field" data-fault={fault !== undefined}>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        data-testid={id}
        type="text"
        inputMode={numeric ? "numeric" : name === "name" ? "text" : "url"}
        value={form.value[name]}
        autoComplete="off"
        spellcheck={false}
        aria-invalid={fault !== undefined}
        {...(note === undefined ? {} : { "aria-describedby": `${id}-note` })}
        onInput={(event) => {
          form.value = { ...form.value, [name]: event.currentTarget.value };
        }}
      />
      {note !== undefined && (
        <p id={`${id}-note`} class="field-note" role={fault === undefined ? undefined : "alert"}>
          {note}
        </p>
      )}
    </div>
  );
}
