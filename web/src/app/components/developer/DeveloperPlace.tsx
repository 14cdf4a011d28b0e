/** The place for developers: what goes by, what sessions are made of, recorded exchanges, a report. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { text } from "../../text";
import { EventView } from "../console/EventView";
import { useApp } from "../context";
import { ReportCard } from "../models/ReportCard";
import { Choice } from "../settings/fields";
import { ReplaySection } from "./ReplaySection";
import { SessionsSection } from "./SessionsSection";
import "../../styles/metrics.css";
import "../../styles/developer.css";

const VIEWS = ["events", "sessions", "replay", "report"] as const;
type View = (typeof VIEWS)[number];

export function DeveloperPlace(): JSX.Element {
  const { places } = useApp();
  const asked = places.section.peek();
  const view = useSignal<View>(VIEWS.find((each) => each === asked) ?? "events");
  const words = text.developer;
  return (
    <div class="developer-place">
      <p class="place-lead">{words.lead}</p>
      <div class="metrics-bar">
        <Choice
          label={words.views.label}
          testId="developer-view"
          options={VIEWS.map((each) => [each, words.views[each]] as const)}
          value={view.value}
          onChange={(chosen) => {
            view.value = chosen;
          }}
        />
      </div>
      <Shown view={view.value} />
    </div>
  );
}

function Shown({ view }: { view: View }): JSX.Element {
  switch (view) {
    case "events":
      return (
        <section class="developer-events" aria-label={text.developer.events.label}>
          <EventView />
        </section>
      );
    case "sessions":
      return <SessionsSection />;
    case "replay":
      return <ReplaySection />;
    case "report":
      return <ReportCard />;
  }
}
