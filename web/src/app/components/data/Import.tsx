import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text } from "../../text";
import { opened } from "../../vault/transfer/envelope";
import { type ExportRecord, type ImportProblem, ImportRefused, SECTIONS } from "../../vault/transfer/format";
import { importRecords, planImport, type Summary } from "../../vault/transfer/import";
import { readExport } from "../../vault/transfer/read";
import { FileButton } from "../models/FileButton";
import { Group } from "../settings/fields";
import { ActForm, Fault, Passphrase } from "./fields";
import { useAct } from "./use-act";
import { useEnds } from "./use-source";

/** How far a file has come. */
type Step =
  | { kind: "none" }
  | { kind: "encrypted"; file: File }
  | { kind: "read"; records: readonly ExportRecord[]; summary: Summary }
  | { kind: "done"; summary: Summary };

export function Import(): JSX.Element {
  const withEnds = useEnds();
  const act = useAct();
  const words = text.data.import;
  const [step, setStep] = useState<Step>({ kind: "none" });
  const [passphrase, setPassphrase] = useState("");
  const read = async (file: File, typed: string | null): Promise<string | null> => {
    try {
      const records = await readExport(await opened(file, typed));
      const { summary } = await withEnds((ends) => planImport(records, ends));
      setPassphrase("");
      setStep({ kind: "read", records, summary });
      return null;
    } catch (raw) {
      if (!(raw instanceof ImportRefused)) throw raw;
      const { problem } = raw;
      if (problem.code === "passphrase_needed") {
        setStep({ kind: "encrypted", file });
        return null;
      }
      if (problem.code !== "wrong_passphrase") setStep({ kind: "none" });
      return `${sentenceOf(problem)} ${words.unchanged}`;
    }
  };
  const take = async (): Promise<string | null> => {
    if (step.kind !== "read") return null;
    setStep({ kind: "done", summary: await withEnds((ends) => importRecords(step.records, ends)) });
    return null;
  };
  const back = (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        act.clear();
        setStep({ kind: "none" });
      }}
    >
      {text.data.back}
    </button>
  );
  return (
    <Group id="import" title={words.title}>
      <p class="setting-note">{words.note}</p>
      {step.kind === "encrypted" && (
        <ActForm act={act} testId="import-open" submit={words.open} more={back} onSubmit={() => read(step.file, passphrase)}>
          <Passphrase label={words.passphrase} testId="import-passphrase" known focus value={passphrase} onInput={setPassphrase} />
        </ActForm>
      )}
      {step.kind === "read" && (
        <ActForm act={act} testId="import" submit={words.act} more={back} onSubmit={take}>
          <Found summary={step.summary} />
        </ActForm>
      )}
      {(step.kind === "none" || step.kind === "done") && (
        <div class="data-form">
          <p class="data-done" role="status" data-testid="import-done">
            {act.busy ? words.reading : step.kind === "done" ? words.done : ""}
          </p>
          <Fault act={act} />
          <p>
            <FileButton
              testId="import-file"
              label={words.choose}
              accept=".jsonl,.encrypted,application/jsonl"
              onFile={(file) => {
                setStep({ kind: "none" });
                act.run(() => read(file, null));
              }}
            />
          </p>
        </div>
      )}
    </Group>
  );
}

function sentenceOf(problem: ImportProblem): string {
  const words = text.data.import.refused;
  switch (problem.code) {
    case "newer":
      return words.newer(problem.version);
    case "too_large":
      return words.too_large(problem.megabytes);
    case "malformed":
      return words.malformed(problem.line, problem.why);
    case "not_an_export":
    case "truncated":
    case "damaged":
    case "passphrase_needed":
    case "wrong_passphrase":
      return words[problem.code];
  }
}

function Found({ summary }: { summary: Summary }): JSX.Element {
  const words = text.data.import;
  const found = SECTIONS.flatMap((section) => {
    const tally = summary[section];
    return tally === undefined ? [] : [{ section, tally }];
  });
  const nothing = found.every(({ tally }) => tally.added + tally.replaced === 0);
  return (
    <div class="data-found" role="status" data-testid="import-summary">
      <p>{found.length === 0 ? words.empty : words.look}</p>
      <ul>
        {found.map(({ section, tally: { added, replaced, kept } }) => (
          <li key={section}>
            <span>{text.data.sections[section]}</span> <span class="data-tally">{[
                ...(added > 0 ? [words.added(added)] : []),
                ...(replaced > 0 ? [words.replaced(replaced)] : []),
                ...(kept > 0 ? [words.kept(kept)] : []),
              ].join(", ")}</span>
          </li>
        ))}
      </ul>
      {found.length > 0 && nothing && <p class="setting-note">{words.nothing}</p>}
    </div>
  );
}
