import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { text } from "../../text";
import type { ProfileRecord } from "../../vault/registry";
import { Confirm } from "../models/Confirm";
import { Group } from "../settings/fields";
import { useData } from "./context";
import { ActForm, Fault, useFocus } from "./fields";
import { nameOf } from "./names";
import { type Act, useAct } from "./use-act";

/** Longer ones are no names. */
const LONGEST = 60;

export function Profiles(): JSX.Element {
  const { vault } = useData();
  const words = text.data.profiles;
  const act = useAct();
  const [adding, setAdding] = useState(false);
  return (
    <Group id="profiles" title={words.title}>
      <p class="setting-note">{words.note}</p>
      <ul class="profiles" data-testid="profiles">
        {vault.profiles.value.map((profile) => (
          <Row key={profile.id} profile={profile} act={act} />
        ))}
      </ul>
      {adding ? (
        <NameForm
          testId="profile-create"
          act={act}
          submit={words.createAct}
          name=""
          onName={(name) => vault.create(name)}
          onBack={() => {
            setAdding(false);
          }}
        />
      ) : (
        <>
          <Fault act={act} />
          <p>
            <button
              type="button"
              class="outlined"
              data-testid="profile-new"
              onClick={() => {
                setAdding(true);
              }}
            >
              {words.create}
            </button>
          </p>
        </>
      )}
    </Group>
  );
}

function Row({ profile, act }: { profile: ProfileRecord; act: Act }): JSX.Element {
  const { vault } = useData();
  const words = text.data.profiles;
  const [doing, setDoing] = useState<"rename" | "remove" | null>(null);
  const name = nameOf(profile);
  const state = vault.state.value;
  const here = state.kind === "open" && state.profile.id === profile.id;
  const marks = [...(here ? [words.here] : []), ...(profile.lock === null ? [] : [words.locked])];
  const back = (): void => {
    setDoing(null);
  };
  return (
    <li class="profile" data-testid="profile">
      <div class="profile-line">
        <p class="profile-name">
          <strong>{name}</strong> <span class="setting-note">{marks.join(", ")}</span>
        </p>
        <div class="data-actions">
          {!here && (
            <button
              type="button"
              class="outlined"
              data-testid="profile-open"
              aria-label={words.open(name)}
              onClick={() => void vault.switchTo(profile)}
            >
              {words.openShort}
            </button>
          )}
          <button
            type="button"
            class="quiet"
            data-testid="profile-rename"
            aria-label={words.rename(name)}
            onClick={() => {
              setDoing("rename");
            }}
          >
            {words.renameShort}
          </button>
          <button
            type="button"
            class="quiet"
            data-testid="profile-remove"
            aria-label={words.remove(name)}
            onClick={() => {
              setDoing("remove");
            }}
          >
            {words.removeShort}
          </button>
        </div>
      </div>
      {doing === "rename" && (
        <NameForm
          testId="profile-name"
          act={act}
          submit={words.save}
          name={profile.name}
          onName={async (next) => {
            await vault.rename(profile, next);
            back();
          }}
          onBack={back}
        />
      )}
      {doing === "remove" && (
        <Confirm
          testId="profile-remove-question"
          sentences={[words.question(name), words.gone]}
          confirm={words.confirm}
          back={text.data.back}
          danger
          onConfirm={() => {
            act.run(async () => {
              await vault.remove(profile);
              return null;
            });
          }}
          onBack={back}
        />
      )}
    </li>
  );
}

interface NameFormProps {
  testId: string;
  act: Act;
  submit: string;
  name: string;
  onName: (name: string) => Promise<void>;
  onBack: () => void;
}

function NameForm({ testId, act, submit, name, onName, onBack }: NameFormProps): JSX.Element {
  const id = useId();
  const field = useFocus(true);
  const [typed, setTyped] = useState(name);
  return (
    <ActForm
      act={act}
      testId={testId}
      submit={submit}
      onSubmit={async () => {
        const next = typed.trim();
        if (next !== "") await onName(next);
        return null;
      }}
      more={
        <button type="button" class="quiet" onClick={onBack}>
          {text.data.back}
        </button>
      }
    >
      <div class="passphrase">
        <label for={id}>{text.data.profiles.name}</label>
        <input
          id={id}
          ref={field}
          type="text"
          autocomplete="off"
          required
          maxLength={LONGEST}
          value={typed}
          data-testid={`${testId}-field`}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
      </div>
    </ActForm>
  );
}
