/** The events of this page at its foot, where a developer has turned that on. */
import type { JSX } from "preact";
import { text } from "../../text";
import { useApp } from "../context";
import { Close } from "../icons";
import { EventView } from "./EventView";
import "../../styles/developer.css";

export function EventConsole(): JSX.Element {
  const { settings } = useApp();
  const words = text.settings.console;
  return (
    <section class="event-console" aria-label={words.title} data-testid="event-console">
      <EventView>
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
      </EventView>
    </section>
  );
}
