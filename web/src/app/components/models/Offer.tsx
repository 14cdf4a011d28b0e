/** A model that would do better on this device: offered in one line, never forced. */
import type { JSX } from "preact";
import { bytes } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { stepOf } from "./ModelAction";

export function OfferLine({ place }: { place: "conversation" | "models" }): JSX.Element | null {
  const app = useApp();
  const { state, models } = app;
  const offer = state.models.offer.value;
  if (offer === null) return null;
  const { record, verdict } = offer;
  const size = verdict.download_bytes ?? record.download_bytes;
  const step = stepOf(app, record);
  if (step !== "download" && step !== "use" && step !== "resume") return null;
  const label =
    step === "use"
      ? text.models.offer.use
      : size === null
        ? text.models.offer.getUnknown
        : text.models.offer.get(bytes(size));
  return (
    <div class="offer" role="group" aria-label={text.models.offer.label} data-testid="offer" data-place={place}>
      <p>{text.models.offer.sentence(record.name)}</p>
      <div class="offer-actions">
        <button
          type="button"
          class="outlined"
          data-testid="offer-accept"
          onClick={() => {
            if (step === "use") models.use(record.id);
            else {
              if (place === "conversation") models.open();
              models.reveal(record.id);
              models.ask({ kind: "download", model: record.id });
            }
          }}
        >
          {label}
        </button>
        <button
          type="button"
          class="quiet small"
          data-testid="offer-decline"
          onClick={() => {
            models.offers.decline();
          }}
        >
          {text.models.offer.decline}
        </button>
      </div>
    </div>
  );
}
