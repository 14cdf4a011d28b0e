/** What stands before a profile that is not open: locked, being rewritten, or held by another tab. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text } from "../../text";
import type { ProfileRecord } from "../../vault/registry";
import type { VaultState } from "../../vault/state";
import { Confirm } from "../models/Confirm";
import { useData } from "./context";
import { ActForm, Passphrase } from "./fields";
import { nameOf } from "./names";
import { useAct } from "./use-act";

export function Door(): JSX.Element {
  const { vault } = useData();
  return (
    <main class="door" data-testid="door">
      <div class="door-card">
        <Inside state={vault.state.value} />
      </div>
    </main>
  );
}

function Inside({ state }: { state: VaultState }): JSX.Element | null {
  const { vault } = useData();
  const words = text.data.door;
  switch (state.kind) {
    case "locked":
      return <Locked profile={state.profile} />;
    case "busy":
      return <p role="status">{words.busy}</p>;
    case "moving":
      return <Moving {...state} />;
    case "failed":
      return (
        <div role="alert" data-testid="door-failed">
          <p>{words.failed[state.what]}</p>
          <p class="setting-note">{state.reason}</p>
          <button
            type="button"
            class="primary"
            onClick={() => {
              vault.again();
            }}
          >
            {words.again}
          </button>
        </div>
      );
    case "leaving":
    case "opening":
    case "open":
      return null;
  }
}

function Moving({ to, records, of }: Extract<VaultState, { kind: "moving" }>): JSX.Element {
  const words = text.data.door;
  const what = of === null ? words.waiting : to === "sealed" ? words.sealing : words.opening;
  return (
    <div data-testid="door-moving">
      <p role="status">{what}</p>
      <progress aria-label={what} value={of === null ? undefined : records} max={of === null ? undefined : Math.max(1, of)} />
      <p class="setting-note">{words.keep}</p>
    </div>
  );
}

function Locked({ profile }: { profile: ProfileRecord }): JSX.Element {
  const { vault } = useData();
  const act = useAct();
  const [passphrase, setPassphrase] = useState("");
  const words = text.data.door;
  const kinds = new Set(profile.lock?.ways.map(({ kind }) => kind));
  const byPasskey = async (): Promise<string | null> =>
    (await vault.unlock({ kind: "passkey" })) ? null : text.data.passkey.wrong;
  const passkey = (first: boolean): JSX.Element => (
    <button
      type="button"
      class={first ? "primary" : "quiet"}
      data-testid="door-passkey"
      disabled={act.busy}
      onClick={() => {
        act.run(byPasskey);
      }}
    >
      {words.passkey}
    </button>
  );
  return (
    <>
      <LockSign />
      <h1>{profile.name === "" ? words.own : words.title(profile.name)}</h1>
      <p class="door-note">{words.note}</p>
      {kinds.has("passphrase") ? (
        <ActForm
          act={act}
          testId="unlock"
          submit={words.unlock}
          more={kinds.has("passkey") && passkey(false)}
          onSubmit={async () =>
            (await vault.unlock({ kind: "passphrase", passphrase })) ? null : text.data.passphrase.wrong
          }
        >
          <Passphrase
            label={text.data.passphrase.field}
            testId="unlock-passphrase"
            known
            focus
            value={passphrase}
            onInput={setPassphrase}
          />
        </ActForm>
      ) : (
        <div class="data-form">
          <p class="data-fault" role="alert" hidden={act.fault === null}>
            {act.fault}
          </p>
          {passkey(true)}
        </div>
      )}
      <Others profile={profile} />
      <Forgotten profile={profile} />
    </>
  );
}

function Others({ profile }: { profile: ProfileRecord }): JSX.Element | null {
  const { vault } = useData();
  const others = vault.profiles.value.filter(({ id }) => id !== profile.id);
  if (others.length === 0) return null;
  return (
    <section class="door-more" aria-label={text.data.door.other}>
      <p class="setting-note">{text.data.door.other}</p>
      <div class="data-actions">
        {others.map((other) => (
          <button
            key={other.id}
            type="button"
            class="outlined"
            data-testid="door-profile"
            onClick={() => void vault.switchTo(other)}
          >
            {nameOf(other)}
          </button>
        ))}
      </div>
    </section>
  );
}

function Forgotten({ profile }: { profile: ProfileRecord }): JSX.Element {
  const { vault } = useData();
  const [asking, setAsking] = useState(false);
  const { door, profiles, back } = text.data;
  return (
    <details class="door-more">
      <summary>{door.forgot}</summary>
      <p class="setting-note">{door.forgotNote}</p>
      {asking ? (
        <Confirm
          testId="door-delete-question"
          sentences={[profiles.question(nameOf(profile)), profiles.gone]}
          confirm={profiles.confirm}
          back={back}
          danger
          onConfirm={() => void vault.remove(profile)}
          onBack={() => {
            setAsking(false);
          }}
        />
      ) : (
        <button
          type="button"
          class="outlined"
          data-testid="door-delete"
          onClick={() => {
            setAsking(true);
          }}
        >
          {profiles.remove(nameOf(profile))}
        </button>
      )}
    </details>
  );
}

function LockSign(): JSX.Element {
  return (
    <svg class="door-sign" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="5" y="10.5" width="14" height="9.5" rx="2.2" />
      <path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />
      <path d="M12 14.2v2.2" />
    </svg>
  );
}
