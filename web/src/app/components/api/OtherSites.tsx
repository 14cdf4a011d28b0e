/** Which other origins may use the model here, and which of them ask. */
import type { JSX } from "preact";
import type { Programs } from "../../api/programs";
import { text } from "../../text";
import { Group } from "../settings/fields";
import { usePrograms } from "./context";

/** A foreign page that shows this one in a frame could draw something else over the buttons. */
const framed = window.parent !== window;

export function OtherSites(): JSX.Element | null {
  const programs = usePrograms();
  return programs === null ? null : <Sites programs={programs} />;
}

function Sites({ programs }: { programs: Programs }): JSX.Element {
  const words = text.api.sites;
  const { asked, allowed } = programs.sites.value;
  return (
    <Group id="sites" title={words.title}>
      <div class="programs" data-testid="other-sites">
        <p class="setting-note">{words.means}</p>
        {asked.length + allowed.length === 0 && <p>{words.none}</p>}
        <ul class="sites">
          {asked.map((origin) => (
            <li key={origin}>
              <p>
                <strong>{origin}</strong> {words.asks}
              </p>
              {framed ? (
                <p class="setting-note">{words.framed}</p>
              ) : (
                <p class="sites-choice">
                  <SiteButton label={words.allow(origin)} short={words.short.allow} primary onClick={() => { programs.allow(origin); }} />
                  <SiteButton label={words.refuse(origin)} short={words.short.refuse} onClick={() => { programs.refuse(origin); }} />
                </p>
              )}
            </li>
          ))}
          {allowed.map((origin) => (
            <li key={origin}>
              <p>
                <strong>{origin}</strong> {words.allowed}
              </p>
              <p class="sites-choice">
                <SiteButton label={words.revoke(origin)} short={words.short.revoke} onClick={() => { programs.refuse(origin); }} />
              </p>
            </li>
          ))}
        </ul>
      </div>
    </Group>
  );
}

interface SiteButtonProps {
  label: string;
  short: string;
  primary?: boolean;
  onClick: () => void;
}

function SiteButton({ label, short, primary = false, onClick }: SiteButtonProps): JSX.Element {
  return (
    <button type="button" class={primary ? "primary" : "quiet"} aria-label={label} onClick={onClick}>
      {short}
    </button>
  );
}
