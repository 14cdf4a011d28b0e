/** A text that is written, pasted, dropped as a file, or taken from one that is chosen. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { textIn } from "../text-file";
import { FileButton } from "./models/FileButton";

interface TextFileFieldProps {
  label: string;
  testId: string;
  note: string;
  placeholder?: string;
  readOnly?: boolean;
  value: string;
  onWrite: (written: string) => void;
  /** The button that chooses a file. */
  file: { label: string; testId: string; accept: string };
  onFile: (name: string, found: string) => void;
  /** What is said of a file in which there is no text. */
  noText: (name: string) => string;
  /** Stands where the button would. */
  inPlaceOfButton?: ComponentChildren;
}

export function TextFileField(props: TextFileFieldProps): JSX.Element {
  const { label, testId, note, placeholder, readOnly = false, value, onWrite, file, onFile, noText, inPlaceOfButton } = props;
  const id = useId();
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (given: File): Promise<void> => {
    const found = await textIn(given);
    setRefused(found === null ? given.name : null);
    if (found !== null) onFile(given.name, found);
  };
  return (
    <div class="study-field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={7}
        data-testid={testId}
        aria-describedby={`${id}-note`}
        placeholder={placeholder}
        readOnly={readOnly}
        value={value}
        onInput={(event) => {
          setRefused(null);
          onWrite(event.currentTarget.value);
        }}
        onDragOver={(event) => {
          if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
        }}
        onDrop={(event) => {
          const dropped = event.dataTransfer?.files[0];
          if (dropped === undefined) return;
          event.preventDefault();
          void take(dropped);
        }}
      />
      <div class="study-field-foot">
        <p class="muted" id={`${id}-note`}>
          {note}
        </p>
        {inPlaceOfButton || <FileButton {...file} onFile={(chosen) => void take(chosen)} />}
      </div>
      {refused !== null && (
        <p class="setting-fault" role="alert">
          {noText(refused)}
        </p>
      )}
    </div>
  );
}
