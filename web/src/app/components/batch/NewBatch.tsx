/** The prompts of a new batch: written, pasted, dropped or loaded, and looked at before they run. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { formatOf, type PromptsFault, type PromptsRead, readPrompts } from "../../batch/prompts";
import { count as counted } from "../../format";
import { text } from "../../text";
import { textIn } from "../../text-file";
import { useApp } from "../context";
import { FileButton } from "../models/FileButton";
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
  const id = useId();
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (file: File): Promise<void> => {
    const found = await textIn(file);
    setRefused(found === null ? file.name : null);
    if (found !== null) onLoad({ file: file.name, read: readPrompts(found, formatOf(file.name)) });
  };
  return (
    <div class="study-field">
      <label for={id}>{words.prompts}</label>
      <textarea
        id={id}
        rows={7}
        data-testid="batch-prompts"
        aria-describedby={`${id}-note`}
        placeholder={words.example}
        readOnly={loaded !== null}
        value={loaded === null ? written : loaded.read.prompts.join("\n")}
        onInput={(event) => {
          setRefused(null);
          onWrite(event.currentTarget.value);
        }}
        onDragOver={(event) => {
          if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
        }}
        onDrop={(event) => {
          const file = event.dataTransfer?.files[0];
          if (file === undefined) return;
          event.preventDefault();
          void take(file);
        }}
      />
      <div class="study-field-foot">
        <p class="muted" id={`${id}-note`}>
          {loaded === null ? words.promptsNote : words.from(loaded.file)}
        </p>
        {loaded === null ? (
          <FileButton
            testId="batch-file"
            label={words.file}
            accept=".txt,.csv,.tsv,.jsonl,.ndjson,text/*"
            onFile={(file) => void take(file)}
          />
        ) : (
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
        )}
      </div>
      {refused !== null && (
        <p class="setting-fault" role="alert">
          {words.fileNoText(refused)}
        </p>
      )}
    </div>
  );
}

function sentenceOf(fault: PromptsFault): string {
  if (fault.code === "too_many") return words.faults.too_many(counted(fault.count), counted(fault.most));
  return words.faults[fault.code](counted(fault.line));
}
