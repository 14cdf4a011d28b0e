/** Who answers: this browser, a server, or both; and the rule that nothing leaves the device. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { chosen, MODES, type Mode } from "../../settings/choices";
import { joined } from "../../settings/effective";
import { addressFault } from "../../settings/server";
import { text } from "../../text";
import { useApp } from "../context";
import type { Edited } from "./Answers";
import { Choice, Group, Row, Switch } from "./fields";

export function Provider({ choices, behind, change }: Edited): JSX.Element {
  const words = text.settings.provider;
  const mode = joined(behind ?? {}, choices).mode ?? "client_side";
  const inherits: readonly (readonly [Mode | "inherited", string])[] =
    behind === null ? [] : [["inherited", words.inherited]];
  const ruled = behind?.privacy === "local_only";
  return (
    <Group id="server" title={words.title}>
      <Choice
        label={words.mode}
        note={words.modeNotes[mode]}
        testId="set-mode"
        options={[...inherits, ...MODES.map((each) => [each, words.modes[each]] as const)]}
        value={choices.mode ?? (behind === null ? "client_side" : "inherited")}
        onChange={(next) => {
          change(chosen(choices, "mode", next === "inherited" ? undefined : next));
        }}
      />
      {mode !== "client_side" && behind === null && <ServerFields />}
      <Switch
        label={words.privacy}
        note={ruled ? words.privacyEverywhere : words.privacyNote}
        testId="set-privacy"
        checked={ruled || choices.privacy === "local_only"}
        disabled={ruled}
        onChange={(only) => {
          change(chosen(choices, "privacy", only ? "local_only" : undefined));
        }}
      />
    </Group>
  );
}

function ServerFields(): JSX.Element {
  const { settings } = useApp();
  const words = text.settings.provider;
  const server = settings.server.value;
  const [address, setAddress] = useState(server.base_url);
  useEffect(() => {
    setAddress(server.base_url);
  }, [server.base_url]);
  const fault = address.trim() === "" ? null : addressFault(address, location);
  const sentence = fault === null ? null : words.faults[fault];
  return (
    <>
      <Row label={words.address} note={address === "" ? words.addressMissing : words.addressNote} fault={sentence}>
        {({ control, described }) => (
          <input
            id={control}
            type="url"
            inputMode="url"
            autocomplete="off"
            placeholder="http://localhost:8080/v1"
            data-testid="set-server-address"
            aria-describedby={described}
            aria-invalid={fault !== null}
            value={address}
            onInput={(event) => {
              const typed = event.currentTarget.value;
              setAddress(typed);
              const usable = typed.trim() === "" || addressFault(typed, location) === null;
              if (usable) settings.setServer({ ...server, base_url: typed.trim() });
            }}
          />
        )}
      </Row>
      <Row label={words.model} note={words.modelNote}>
        {({ control, described }) => (
          <input
            id={control}
            type="text"
            autocomplete="off"
            spellcheck={false}
            data-testid="set-server-model"
            aria-describedby={described}
            value={server.model}
            onInput={(event) => {
              settings.setServer({ ...server, model: event.currentTarget.value.trim() });
            }}
          />
        )}
      </Row>
      <KeyField />
    </>
  );
}

/** The key is written, never shown: what is kept is told by a sentence. */
function KeyField(): JSX.Element {
  const { settings } = useApp();
  const words = text.settings.provider;
  const kept = settings.key.value !== "";
  return (
    <Row label={words.key} note={kept ? `${words.keyKept} ${words.keyNote}` : words.keyNote}>
      {({ control, described }) => (
        <>
          <input
            id={control}
            type="password"
            autocomplete="off"
            data-testid="set-server-key"
            aria-describedby={described}
            placeholder={kept ? "••••••••" : ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              if (value !== "") settings.setKey(value);
              event.currentTarget.value = "";
            }}
          />
          {kept && (
            <button
              type="button"
              class="quiet small"
              data-testid="forget-key"
              onClick={() => {
                settings.setKey("");
              }}
            >
              {words.keyForget}
            </button>
          )}
        </>
      )}
    </Row>
  );
}
