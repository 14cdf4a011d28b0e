import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text } from "../../text";
import { sealed } from "../../vault/transfer/envelope";
import { ExportTooLarge, type Section, SECTIONS } from "../../vault/transfer/format";
import { exportOf } from "../../vault/transfer/write";
import { Group, Switch } from "../settings/fields";
import { useData } from "./context";
import { ActForm, useNewPassphrase } from "./fields";
import { useAct } from "./use-act";
import { useEnds } from "./use-source";

export function Export(): JSX.Element {
  const { save } = useData();
  const withEnds = useEnds();
  const act = useAct();
  const words = text.data.export;
  const [sections, setSections] = useState<readonly Section[]>(SECTIONS);
  const [encrypt, setEncrypt] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const passphrase = useNewPassphrase("export-passphrase");
  const write = async (): Promise<string | null> => {
    setSaved(null);
    const fault = encrypt ? passphrase.fault() : null;
    if (fault !== null) return fault;
    const content = await withEnds((ends) => exportOf(ends, sections)).catch((error: unknown) => {
      if (error instanceof ExportTooLarge) return null;
      throw error;
    });
    if (content === null) return words.tooLarge;
    const file = encrypt ? await sealed(content, passphrase.value) : content;
    const name = `webllm-data-${new Date().toISOString().slice(0, 10)}.${encrypt ? "encrypted" : "jsonl"}`;
    save(name, new Blob([file], { type: encrypt ? "application/octet-stream" : "application/jsonl" }));
    setSaved(name);
    passphrase.clear();
    return null;
  };
  return (
    <Group id="export" title={words.title}>
      <p class="setting-note">{words.note}</p>
      <ActForm act={act} testId="export" submit={words.act} onSubmit={write}>
        <fieldset class="data-sections">
          <legend>{words.what}</legend>
          {SECTIONS.map((section) => (
            <label key={section}>
              <input
                type="checkbox"
                data-testid={`export-${section}`}
                checked={sections.includes(section)}
                onChange={(event) => {
                  const others = sections.filter((each) => each !== section);
                  setSections(event.currentTarget.checked ? [...others, section] : others);
                }}
              />
              {text.data.sections[section]}
            </label>
          ))}
        </fieldset>
        <Switch label={words.encrypt} note={words.encryptNote} testId="export-encrypt" checked={encrypt} onChange={setEncrypt} />
        {encrypt && passphrase.fields}
        <p class="data-done" role="status" data-testid="export-done">
          {act.busy ? words.working : saved === null ? "" : words.done(saved)}
        </p>
      </ActForm>
    </Group>
  );
}
