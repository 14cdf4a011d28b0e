/** The place for settings: for everywhere, or for the conversation beneath it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { chooseLanguage, languageChoice, LANGUAGES, type LanguageChoice } from "../../language";
import { text } from "../../text";
import { THEMES } from "../../theme";
import { OfferEngine } from "../api/OfferEngine";
import { OtherSites } from "../api/OtherSites";
import { useApp } from "../context";
import { PlaceLink } from "../PlaceLink";
import { Answers, type Edited } from "./Answers";
import { Choice, Group, Switch } from "./fields";
import { Provider } from "./Provider";

type Scope = "everywhere" | "here";

export function SettingsPlace(): JSX.Element {
  const { places } = useApp();
  const section = places.section.value;
  const [scope, setScope] = useState<Scope>(section === "conversation" ? "here" : "everywhere");
  const edited = useEdited(scope);
  useEffect(() => {
    // A link to a part of the settings leads there.
    const target = document.getElementById(`settings-${section ?? ""}`);
    target?.scrollIntoView({ block: "start" });
    target?.focus();
  }, [section]);
  return (
    <div class="settings">
      <Choice
        label={text.settings.scope.label}
        note={scope === "here" ? text.settings.scope.hereNote : undefined}
        testId="settings-scope"
        options={[
          ["everywhere", text.settings.scope.everywhere],
          ["here", text.settings.scope.here],
        ]}
        value={scope}
        onChange={setScope}
      />
      <Answers key={`answers-${scope}`} {...edited} />
      <Provider key={`provider-${scope}`} {...edited} />
      {scope === "here" ? <Reset {...edited} /> : <ForThePage />}
    </div>
  );
}

function useEdited(scope: Scope): Edited {
  const { settings, state } = useApp();
  const { id } = state.conversation.value;
  return scope === "everywhere"
    ? {
        choices: settings.everywhere.value,
        behind: null,
        change: (choices) => {
          settings.choose(choices);
        },
      }
    : {
        choices: settings.of(id),
        behind: settings.everywhere.value,
        change: (choices) => {
          settings.chooseFor(id, choices);
        },
      };
}

function Reset({ choices, change }: Edited): JSX.Element {
  return (
    <p>
      <button
        type="button"
        class="quiet"
        data-testid="reset-settings"
        disabled={Object.keys(choices).length === 0}
        onClick={() => {
          change({});
        }}
      >
        {text.settings.scope.reset}
      </button>
    </p>
  );
}

function ForThePage(): JSX.Element {
  const { settings, theme } = useApp();
  const { appearance, developers } = text.settings;
  const languages: readonly LanguageChoice[] = ["system", ...LANGUAGES];
  return (
    <>
      <Group id="appearance" title={appearance.title}>
        <Choice
          label={appearance.language}
          testId="set-language"
          options={languages.map((each) => [each, appearance.languages[each]] as const)}
          value={languageChoice.value}
          onChange={chooseLanguage}
        />
        <Choice
          label={appearance.theme}
          testId="set-theme"
          options={THEMES.map((each) => [each, appearance.themes[each]] as const)}
          value={theme.current.value}
          onChange={(each) => {
            theme.choose(each);
          }}
        />
      </Group>
      <Group id="data" title={text.data.link}>
        <p>
          <PlaceLink to="data" testId="settings-data">
            {text.data.linkNote}
          </PlaceLink>
        </p>
      </Group>
      <OtherSites />
      <OfferEngine />
      <Group id="developers" title={developers.title}>
        <Switch
          label={developers.debug}
          note={developers.debugNote}
          testId="set-debug"
          checked={settings.debug.value}
          onChange={(debug) => {
            settings.setDebug(debug);
          }}
        />
        <p>
          <PlaceLink to="developer" testId="settings-developer">
            {developers.inside}
          </PlaceLink>
        </p>
      </Group>
    </>
  );
}
