/** Every Amplifier event of this page, for developers: named, timed, and with what it carried. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { milliseconds } from "../../format";
import type { SeenEvent } from "../../state";
import { text } from "../../text";
import { useApp } from "../context";
import { Close } from "../icons";

/** As many as a person looks through; the filter reaches all of them. */
const SHOWN = 200;
/** Events come with every token: the list is drawn anew at a pace that can be read. */
const PACE_MS = 500;

export function EventConsole(): JSX.Element {
  const { state, settings } = useApp();
  const [events, setEvents] = useState<readonly SeenEvent[]>(() => [...state.events]);
  const [filter, setFilter] = useState("");
  useEffect(() => {
    const clock = setInterval(() => {
      setEvents((shown) => (newestOf(shown) === newestOf(state.events) ? shown : [...state.events]));
    }, PACE_MS);
    return () => {
      clearInterval(clock);
    };
  }, [state]);
  const found = events.filter(({ name }) => name.includes(filter.trim()));
  const words = text.settings.console;
  return (
    <section class="event-console" aria-label={words.title} data-testid="event-console">
      <div class="console-head">
        <h2>{words.title}</h2>
        <input
          type="search"
          aria-label={words.filter}
          placeholder={words.filterPlaceholder}
          data-testid="console-filter"
          value={filter}
          onInput={(event) => {
            setFilter(event.currentTarget.value);
          }}
        />
        <span class="muted" data-testid="console-count">
          {words.count(found.length, events.length)}
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={words.close}
          onClick={() => {
            settings.setDebug(false);
          }}
        >
          <Close />
        </button>
      </div>
      {found.length === 0 ? <p class="console-none">{words.none}</p> : <Events of={found} />}
    </section>
  );
}

function Events({ of }: { of: readonly SeenEvent[] }): JSX.Element {
  return (
    <ul class="console-events" tabIndex={0} aria-label={text.settings.console.title}>
      {of
        .slice(-SHOWN)
        .reverse()
        .map((event) => (
          <li key={`${event.turn} ${String(event.at)} ${event.name}`}>
            <details>
              <summary>
                <code>{event.name}</code>
                <span class="muted">{text.settings.console.at(milliseconds(event.at))}</span>
              </summary>
              <pre>{JSON.stringify(event.payload, null, 2)}</pre>
            </details>
          </li>
        ))}
    </ul>
  );
}

const newestOf = (events: readonly SeenEvent[]): SeenEvent | undefined => events.at(-1);
