/** The place for help: what to try, the keys, where words go, and what each message means. */
import type { ComponentChildren, JSX } from "preact";
import type { ErrorCode } from "../../../protocol/wire";
import { text } from "../../text";
import { useApp } from "../context";
import { adviceSentence } from "../NoWebGpu";
import { PlaceLink } from "../PlaceLink";

export function HelpPlace(): JSX.Element {
  const words = text.help;
  return (
    <div class="help">
      <Part title={words.tryTitle}>
        <Sentences of={words.tries} />
        <p class="help-links">
          <PlaceLink to="models" class="text-link">
            {words.models}
          </PlaceLink>
          <PlaceLink to="tools" class="text-link">
            {words.tools}
          </PlaceLink>
        </p>
      </Part>
      <Keys />
      <Part title={words.privacyTitle}>
        <Sentences of={words.privacy} />
        <p class="help-links">
          <PlaceLink to="settings" section="server" class="text-link">
            {words.privacyLink}
          </PlaceLink>
        </p>
      </Part>
      <Speed />
      <Part title={words.offlineTitle}>
        <Sentences of={words.offline} />
      </Part>
      <Messages />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="help-part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Sentences({ of }: { of: readonly string[] }): JSX.Element {
  return (
    <ul class="help-list">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function Speed(): JSX.Element {
  const { state } = useApp();
  const lacking = state.device.value?.webgpu === false;
  return (
    <Part title={text.help.speedTitle}>
      <Sentences of={lacking ? [text.noWebGpu.sentence, adviceSentence(), ...text.help.speed] : text.help.speed} />
    </Part>
  );
}

function Keys(): JSX.Element {
  const { keys, keyNames: name, keysTitle, keysLabel } = text.help;
  const rows: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    [keys.send, [[name.enter]]],
    [keys.line, [[name.shift, name.enter]]],
    [keys.stop, [[name.escape]]],
    [keys.begin, [[name.control, name.shift, "O"]]],
    [keys.settings, [[name.control, ","]]],
    [keys.move, [[name.tab], [name.shift, name.tab]]],
  ];
  return (
    <Part title={keysTitle}>
      <dl class="keys" aria-label={keysLabel}>
        {rows.map(([what, combinations]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {combinations.map((combination) => (
                <span key={combination.join()} class="combination">
                  {combination.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

function Messages(): JSX.Element {
  const { titles, hints } = text.errors;
  return (
    <Part title={text.help.messagesTitle}>
      <p class="help-lead">{text.help.messagesLead}</p>
      <dl class="messages">
        {(Object.keys(titles) as ErrorCode[]).map((code) => (
          <div key={code}>
            <dt>
              {titles[code]} <code>{code}</code>
            </dt>
            <dd>{hints[code]}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}
