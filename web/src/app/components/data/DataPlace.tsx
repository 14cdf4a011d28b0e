/** The place for a person's own data: take it along, lock it, keep it apart, delete it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text } from "../../text";
import { useApp } from "../context";
import { Confirm } from "../models/Confirm";
import { Group } from "../settings/fields";
import { useData } from "./context";
import { Export } from "./Export";
import { Import } from "./Import";
import { Lock } from "./Lock";
import { Profiles } from "./Profiles";

export function DataPlace(): JSX.Element {
  const { places } = useApp();
  const section = places.section.value;
  useEffect(() => {
    const target = document.getElementById(`settings-${section ?? ""}`);
    target?.scrollIntoView({ block: "start" });
    target?.focus();
  }, [section]);
  return (
    <div class="settings">
      <p class="data-intro">{text.data.intro}</p>
      <Export />
      <Import />
      <Lock />
      <Profiles />
      <RemoveAll />
    </div>
  );
}

function RemoveAll(): JSX.Element {
  const { vault } = useData();
  const [asking, setAsking] = useState(false);
  const words = text.data.removal;
  return (
    <Group id="delete" title={words.title}>
      <p class="setting-note">{words.note}</p>
      {asking ? (
        <Confirm
          testId="delete-everything-question"
          sentences={[words.question, words.gone]}
          confirm={words.confirm}
          back={text.data.back}
          danger
          onConfirm={() => void vault.removeAll()}
          onBack={() => {
            setAsking(false);
          }}
        />
      ) : (
        <p>
          <button
            type="button"
            class="outlined"
            data-testid="delete-everything"
            onClick={() => {
              setAsking(true);
            }}
          >
            {words.act}
          </button>
        </p>
      )}
    </Group>
  );
}
