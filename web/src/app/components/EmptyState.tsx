import type { JSX } from "preact";
import { text } from "../text";
import { useApp } from "./context";
import { NoWebGpu } from "./NoWebGpu";
import { OfferLine } from "./models/Offer";

/** What this is, told before the first question, with questions to begin with. */
export function EmptyState(): JSX.Element {
  const { actions } = useApp();
  return (
    <section class="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{text.empty.title}</h2>
      <p class="empty-lead">{text.empty.lead}</p>
      <ul class="suggestions" aria-label={text.empty.suggestionsLabel}>
        {text.empty.suggestions.map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              class="suggestion"
              data-testid="suggestion"
              onClick={() => {
                actions.ask(suggestion);
              }}
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
      <OfferLine place="conversation" />
      <p class="empty-note">{text.empty.demo}</p>
      <NoWebGpu />
    </section>
  );
}
