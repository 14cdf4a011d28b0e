/** Saves what the filters let through, all of it, as a file. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { FORMATS, type FileFormat, fileBegin, fileEnd, filePart, MEDIA_TYPES } from "../../metrics/files";
import type { History } from "../../metrics/history";
import { browserFiles } from "../../models/files";
import { text } from "../../text";

export function SaveButtons({ history }: { history: History }): JSX.Element {
  const [state, setState] = useState<"idle" | "saving" | "failed">("idle");
  const life = useRef(new AbortController());
  useEffect(() => {
    const { current } = life;
    return () => {
      current.abort();
    };
  }, []);
  const words = text.metrics.save;
  const save = async (format: FileFormat): Promise<void> => {
    setState("saving");
    try {
      const parts = await partsOf(history, format, life.current.signal);
      const files = browserFiles(window);
      files.save(`${words.name}.${format}`, files.urlOf(new Blob(parts, { type: MEDIA_TYPES[format] })));
      setState("idle");
    } catch (error) {
      if (life.current.signal.aborted) return;
      console.warn("The inferences could not be saved:", error);
      setState("failed");
    }
  };
  return (
    <div class="metrics-save" role="group" aria-label={words.label}>
      {FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          class="outlined small"
          data-testid={`metrics-${format}`}
          disabled={state === "saving"}
          onClick={() => void save(format)}
        >
          {words[format]}
        </button>
      ))}
      <span role="alert" class="setting-fault">
        {state === "failed" && words.failed}
      </span>
    </div>
  );
}

/** The file, chunk by chunk; ends with an error once the place is left. */
async function partsOf(history: History, format: FileFormat, signal: AbortSignal): Promise<string[]> {
  const parts = [fileBegin(format)];
  let first = true;
  for await (const inferences of history.all()) {
    signal.throwIfAborted();
    const part = filePart(format, inferences, first);
    if (inferences.length > 0) first = false;
    parts.push(part);
  }
  return [...parts, fileEnd(format)];
}
