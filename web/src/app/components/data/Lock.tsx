import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text } from "../../text";
import type { LockRecord } from "../../vault/registry";
import type { Proof } from "../../vault/proofs";
import { Confirm } from "../models/Confirm";
import { Choice, Group } from "../settings/fields";
import { useData } from "./context";
import { ActForm, Fault, Passphrase, useNewPassphrase } from "./fields";
import { type Act, useAct } from "./use-act";

const MINUTES = [5, 15, 60] as const;

export function Lock(): JSX.Element {
  const { vault } = useData();
  const words = text.data.lock;
  const state = vault.state.value;
  const lock = state.kind === "open" ? state.profile.lock : null;
  return (
    <Group id="lock" title={words.title}>
      {lock !== null ? (
        <On lock={lock} />
      ) : vault.canLock ? (
        <Off />
      ) : (
        <p class="setting-note">{words.unavailable}</p>
      )}
    </Group>
  );
}

function Off(): JSX.Element {
  const { vault } = useData();
  const words = text.data.lock;
  const act = useAct();
  const [how, setHow] = useState<"passphrase" | "passkey">("passphrase");
  const passphrase = useNewPassphrase("lock-passphrase");
  const protect = async (): Promise<string | null> => {
    const fault = how === "passphrase" ? passphrase.fault() : null;
    if (fault !== null) return fault;
    await vault.protect(how === "passkey" ? { kind: "passkey" } : { kind: "passphrase", passphrase: passphrase.value });
    return null;
  };
  return (
    <>
      <p class="setting-note">{words.note}</p>
      <ActForm act={act} testId="lock" submit={words.act} onSubmit={protect}>
        {vault.canUsePasskeys && (
          <Choice
            label={words.how}
            testId="lock-how"
            options={[
              ["passphrase", words.withPassphrase],
              ["passkey", words.withPasskey],
            ]}
            value={how}
            onChange={setHow}
          />
        )}
        {how === "passphrase" && passphrase.fields}
        <p class="data-warning">{words.warning}</p>
      </ActForm>
    </>
  );
}

/** What can be changed about a lock; each asks for a proof first. */
type Changing = "passphrase" | "passkey" | "drop" | "off" | null;

function On({ lock }: { lock: LockRecord }): JSX.Element {
  const { vault } = useData();
  const words = text.data.lock;
  const act = useAct();
  const [changing, setChanging] = useState<Changing>(null);
  const has = (kind: "passphrase" | "passkey"): boolean => lock.ways.some((way) => way.kind === kind);
  const button = (to: Exclude<Changing, null>, label: string): JSX.Element => (
    <button
      type="button"
      class="outlined"
      data-testid={`lock-change-${to}`}
      onClick={() => {
        act.clear();
        setChanging(to);
      }}
    >
      {label}
    </button>
  );
  const close = (): void => {
    act.clear();
    setChanging(null);
  };
  return (
    <>
      <p data-testid="lock-on">
        {words.on} <span class="setting-note">{words.search}</span>
      </p>
      <p>
        <button type="button" class="primary" data-testid="lock-now" onClick={() => void vault.lockNow()}>
          {words.now}
        </button>
      </p>
      <Choice
        label={words.after}
        note={words.afterNote}
        testId="lock-after"
        options={[...MINUTES.map((minutes) => [String(minutes), words.minutes(minutes)] as const), ["never", words.never] as const]}
        value={lock.afterMinutes === null ? "never" : String(lock.afterMinutes)}
        onChange={(after) => {
          act.run(async () => {
            await vault.lockAfter(after === "never" ? null : Number(after));
            return null;
          });
        }}
      />
      {changing === null && (
        <>
          <Fault act={act} />
          <div class="data-actions">
            {button("passphrase", has("passphrase") ? words.change : words.set)}
            {vault.canUsePasskeys && button("passkey", words.add)}
            {has("passkey") && has("passphrase") && button("drop", words.drop)}
            {button("off", words.off)}
          </div>
        </>
      )}
      {changing === "off" && (
        <Confirm
          testId="lock-off-question"
          sentences={[words.offQuestion]}
          confirm={words.off}
          back={text.data.back}
          danger
          onConfirm={() => void vault.unprotect()}
          onBack={close}
        />
      )}
      {changing !== null && changing !== "off" && (
        <Change what={changing} act={act} passphrase={has("passphrase")} passkey={has("passkey")} onClose={close} />
      )}
    </>
  );
}

interface ChangeProps {
  what: "passphrase" | "passkey" | "drop";
  act: Act;
  /** What there is to show that it is the right person. */
  passphrase: boolean;
  passkey: boolean;
  onClose: () => void;
}

function Change({ what, act, passphrase: byPassphrase, passkey, onClose }: ChangeProps): JSX.Element {
  const { vault } = useData();
  const words = text.data.lock;
  const [now, setNow] = useState("");
  const next = useNewPassphrase("lock-next", text.data.passphrase.next);
  const change = async (proof: Proof): Promise<string | null> => {
    const fault = what === "passphrase" ? next.fault() : null;
    if (fault !== null) return fault;
    const right =
      what === "passphrase"
        ? await vault.setPassphrase(proof, next.value)
        : what === "passkey"
          ? await vault.addPasskey(proof)
          : await vault.removePasskeys(proof);
    if (!right) return proof.kind === "passkey" ? text.data.passkey.wrong : text.data.passphrase.wrong;
    onClose();
    return null;
  };
  const submit = byPassphrase ? words.save : words.provePasskey;
  return (
    <ActForm
      act={act}
      testId="lock-change"
      submit={submit}
      onSubmit={() => change(byPassphrase ? { kind: "passphrase", passphrase: now } : { kind: "passkey" })}
      more={
        <>
          {byPassphrase && passkey && (
            <button
              type="button"
              class="outlined"
              disabled={act.busy}
              onClick={() => {
                act.run(() => change({ kind: "passkey" }));
              }}
            >
              {words.provePasskey}
            </button>
          )}
          <button type="button" class="quiet" onClick={onClose}>
            {text.data.back}
          </button>
        </>
      }
    >
      <p class="setting-note">{words.prove}</p>
      {byPassphrase && (
        <Passphrase label={text.data.passphrase.current} testId="lock-current" known focus value={now} onInput={setNow} />
      )}
      {what === "passphrase" && next.fields}
    </ActForm>
  );
}
