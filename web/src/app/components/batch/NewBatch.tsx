/** The prompts of a new batch: written, pasted, dropped or loaded, and looked at before they run. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { formatOf, type PromptsFault, type PromptsRead, readPrompts } from "../../batch/prompts";
import { count as counted } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { TextFileField } from "../TextFileField";
import { useBatches } from "./context";

const words = text.batch.begin;

/** Of the first prompt, as the batch's name. */
const NAME_LENGTH = 60;

interface Loaded {
  file: string;
  read: PromptsRead;
}

export function NewBatch(): JSX.Element {
  const { places, state } = useApp();
  const batches = useBatches();
  const [written, setWritten] = useState("");
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [instruction, setInstruction] = useState("");
  const id = useId();
  const { prompts, fault } = loaded?.read ?? readPrompts(written, "txt");
  const ready = state.engine.value.kind === "ready";
  const runs = ready && fault === null && prompts.length > 0;
  const run = (): void => {
    const name = loaded?.file ?? Array.from(prompts[0] ?? "").slice(0, NAME_LENGTH).join("");
    const batch = batches.begin({ name, prompts, instruction: instruction.trim() });
    places.open("batch", batch.id);
  };
  return (
    <section class="study-section" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{words.title}</h3>
      <form
        class="new-deck"
        data-testid="new-batch"
        onSubmit={(event) => {
          event.preventDefault();
          if (runs) run();
        }}
      >
        <Prompts written={written} onWrite={setWritten} loaded={loaded} onLoad={setLoaded} />
        <div class="study-field">
          <label for={`${id}-instruction`}>{words.instruction}</label>
          <input
            id={`${id}-instruction`}
            type="text"
            data-testid="batch-instruction"
            placeholder={words.instructionNote}
            autocomplete="off"
            value={instruction}
            onInput={(event) => {
              setInstruction(event.currentTarget.value);
            }}
          />
        </div>
        <div class="new-deck-actions">
          <button type="submit" class="primary" data-testid="run-batch" disabled={!runs}>
            {words.run}
          </button>
          <span class="muted" data-testid="batch-count" role="status">
            {prompts.length > 0 && fault === null && words.count(prompts.length)}
            {!ready && ` ${words.noModel}`}
          </span>
        </div>
        {fault !== null && (
          <p class="setting-fault" role="alert" data-testid="batch-fault">
            {sentenceOf(fault)}
          </p>
        )}
      </form>
    </section>
  );
}

interface PromptsProps {
  written: string;
  onWrite: (written: string) => void;
  loaded: Loaded | null;
  onLoad: (loaded: Loaded | null) => void;
}

function Prompts({ written, onWrite, loaded, onLoad }: PromptsProps): JSX.Element {
  return (
    <TextFileField
      label={words.prompts}
      testId="batch-prompts"
      note={loaded === null ? words.promptsNote : words.from(loaded.file)}
      placeholder={words.example}
      readOnly={loaded !== null}
      value={loaded === null ? written : loaded.read.prompts.join("\n")}
      onWrite={onWrite}
      file={{ label: words.file, testId: "batch-file", accept: ".txt,.csv,.tsv,.jsonl,.ndjson,text/*" }}
      onFile={(file, found) => {
        onLoad({ file, read: readPrompts(found, formatOf(file)) });
      }}
      noText={words.fileNoText}
      inPlaceOfButton={
        loaded !== null && (
          <button
            type="button"
            class="outlined"
            data-testid="discard-file"
            onClick={() => {
              onLoad(null);
            }}
          >
            {words.discard}
          </button>
        )
      }
    />
  );
}

function sentenceOf(fault: PromptsFault): string {
  if (fault.code === "too_many") return words.faults.too_many(counted(fault.count), counted(fault.most));
  return words.faults[fault.code](counted(fault.line));
}
