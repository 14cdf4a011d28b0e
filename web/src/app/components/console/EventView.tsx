/** Every event and message that goes by, filtered, paused, copied, saved: for developers. */
import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count } from "../../format";
import { asLines, EVERYTHING, type EventFilter, filtered, KEPT, type LoggedEvent, SOURCES, written } from "../../developer/event-log";
import { browserFiles } from "../../models/files";
import { text } from "../../text";
import { useApp } from "../context";
import { useInside } from "../inside";
import { moment } from "../metrics/figures";
import { Pick } from "../metrics/Pick";

/** As many as a person looks through at once; filters reach all of them. */
const SHOWN = 200;
/** Events come with every token: the list is drawn anew at a pace that can be read. */
const PACE_MS = 500;

/** What was logged so far, while nobody has paused it. */
function useEvents(paused: boolean): [events: readonly LoggedEvent[], clear: () => void] {
  const { log } = useInside().developer;
  const [events, setEvents] = useState<readonly LoggedEvent[]>([]);
  useEffect(() => log.watch(), [log]);
  useEffect(() => {
    if (paused) return undefined;
    let drawn = -1;
    const draw = (): void => {
      if (drawn === log.number) return;
      drawn = log.number;
      setEvents([...log.events]);
    };
    draw();
    const clock = setInterval(draw, PACE_MS);
    return () => {
      clearInterval(clock);
    };
  }, [log, paused]);
  const clear = (): void => {
    log.clear();
    setEvents([]);
  };
  return [events, clear];
}

/** `children` stand at the end of its head. */
export function EventView({ children }: { children?: ComponentChildren }): JSX.Element {
  const paused = useSignal(false);
  const filter = useSignal<EventFilter>(EVERYTHING);
  const [events, clear] = useEvents(paused.value);
  const [shown, setShown] = useState(SHOWN);
  const found = filtered(events, filter.value);
  const words = text.developer.events;
  return (
    <>
      <div class="console-head">
        <Filters filter={filter} />
        <span class="muted" role="status" data-testid="console-count">
          {words.count(count(found.length), count(events.length))}
        </span>
        <button
          type="button"
          class="quiet small"
          data-testid="console-pause"
          aria-pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value;
          }}
        >
          {paused.value ? words.resume : words.pause}
        </button>
        <FileButtons found={found} />
        <button type="button" class="quiet small" data-testid="console-clear" onClick={clear}>
          {words.clear}
        </button>
        {children}
      </div>
      {found.length === 0 ? (
        <p class="console-none">{events.length === 0 ? words.none : words.noneLike}</p>
      ) : (
        <Events of={found.slice(-shown)} />
      )}
      {found.length > shown && (
        <button
          type="button"
          class="quiet small"
          onClick={() => {
            setShown(shown + SHOWN);
          }}
        >
          {words.older}
        </button>
      )}
      <p class="console-none">{words.note(count(KEPT))}</p>
    </>
  );
}

function Filters({ filter }: { filter: Signal<EventFilter> }): JSX.Element {
  const { state } = useApp();
  const words = text.developer.events;
  const { id } = state.conversation.value;
  const { value } = filter;
  return (
    <>
      <input
        type="search"
        aria-label={words.filter}
        placeholder={words.filter}
        data-testid="console-filter"
        value={value.text}
        onInput={(event) => {
          filter.value = { ...value, text: event.currentTarget.value };
        }}
      />
      <Pick
        label={words.source}
        testId="console-source"
        options={SOURCES.map((each) => [each, words.sources[each]] as const)}
        value={value.source ?? undefined}
        onChange={(source) => {
          filter.value = { ...value, source: source ?? null };
        }}
      />
      <Pick
        label={words.conversation}
        testId="console-conversation"
        options={[[id, words.thisOne] as const]}
        value={value.conversation ?? undefined}
        onChange={(conversation) => {
          filter.value = { ...value, conversation: conversation ?? null };
        }}
      />
    </>
  );
}

function FileButtons({ found }: { found: readonly LoggedEvent[] }): JSX.Element {
  const { state } = useApp();
  const files = browserFiles(window);
  const words = text.developer.events;
  const copy = (): void => {
    files.copy(asLines(found)).then(
      () => {
        state.announcement.value = words.copied;
      },
      (error: unknown) => {
        console.warn("The events could not be copied:", error);
        state.announcement.value = words.copyFailed;
      },
    );
  };
  return (
    <>
      <button type="button" class="quiet small" data-testid="console-copy" disabled={found.length === 0} onClick={copy}>
        {words.copy}
      </button>
      <button
        type="button"
        class="quiet small"
        data-testid="console-save"
        disabled={found.length === 0}
        onClick={() => {
          files.save(words.file, files.urlOf(new Blob([asLines(found)], { type: "application/jsonl" })));
        }}
      >
        {words.save}
      </button>
    </>
  );
}

/** The newest first. */
function Events({ of }: { of: readonly LoggedEvent[] }): JSX.Element {
  const words = text.developer.events;
  return (
    <ul class="console-events" tabIndex={0} aria-label={words.label} data-testid="console-events">
      {of.toReversed().map((event) => (
        <li key={event.number} data-testid="console-event" data-source={event.source} data-name={event.name}>
          <EventRow event={event} />
        </li>
      ))}
    </ul>
  );
}

function EventRow({ event }: { event: LoggedEvent }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>
        <code>{event.name}</code>
        <span class="muted">
          {text.developer.events.sources[event.source]} · {moment(event.at, false)}
        </span>
      </summary>
      {open && <pre>{written(event.body)}</pre>}
    </details>
  );
}
