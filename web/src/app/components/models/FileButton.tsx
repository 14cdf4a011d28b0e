import type { JSX } from "preact";

/** A file input that looks like the other buttons. */
export function FileButton({
  testId,
  label,
  accept,
  onFile,
}: {
  testId: string;
  label: string;
  accept: string;
  onFile: (file: File) => void;
}): JSX.Element {
  return (
    <label class="outlined file-button">
      {label}
      <input
        type="file"
        class="visually-hidden"
        data-testid={testId}
        accept={accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same file may be chosen again.
          event.currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
    </label>
  );
}
