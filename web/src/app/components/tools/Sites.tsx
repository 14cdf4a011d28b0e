/** The sites that tools may read from: each was allowed by a person, and can be taken back. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { addressOf } from "../../../page/fetch-gate";
import { text } from "../../text";
import { Close } from "../icons";
import { useTools } from "./context";

const words = text.tools.sites;

export function Sites(): JSX.Element {
  const tools = useTools();
  const title = useId();
  const problem = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const sites = tools.state.sites.value;
  const add = (): void => {
    if (field.current === null) return;
    const site = siteIn(field.current.value);
    problem.value = site === null;
    if (site === null) return;
    tools.allowSite(site);
    field.current.value = "";
  };
  return (
    <section aria-labelledby={title} data-testid="sites">
      <h3 id={title}>{text.tools.place.sites}</h3>
      {sites.length === 0 && <p class="tools-note">{words.none}</p>}
      <ul class="site-list">
        {sites.map((site) => (
          <li key={site} class="site" data-testid="site">
            <span>{site}</span>
            <button
              type="button"
              class="icon-button small"
              aria-label={words.remove(site)}
              data-testid="site-remove"
              onClick={() => {
                tools.revokeSite(site);
                field.current?.focus();
              }}
            >
              <Close />
            </button>
          </li>
        ))}
      </ul>
      <form
        class="site-add"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <input
          ref={field}
          class="tool-field"
          type="text"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          aria-label={words.field}
          placeholder={words.placeholder}
          data-testid="site-field"
        />
        <button type="submit" class="outlined" data-testid="site-add">
          {words.add}
        </button>
        <span class="problem" role="alert">
          {problem.value ? words.bad : ""}
        </span>
      </form>
    </section>
  );
}

function siteIn(wanted: string): string | null {
  try {
    return addressOf(wanted).origin;
  } catch {
    return null;
  }
}
