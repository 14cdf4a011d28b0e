/** Offers this tab's engine to a server, and says how that stands. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AddressFault, OfferView, Programs } from "../../api/programs";
import { count } from "../../format";
import { text } from "../../text";
import { Group, Row } from "../settings/fields";
import { usePrograms } from "./context";

export function OfferEngine(): JSX.Element | null {
  const programs = usePrograms();
  return programs === null ? null : <Offer programs={programs} />;
}

function Offer({ programs }: { programs: Programs }): JSX.Element {
  const words = text.api.offer;
  const [address, setAddress] = useState(programs.ownServer);
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<AddressFault | null>(null);
  const view = programs.offer.value;
  const idle = view.kind === "none" || view.kind === "refused";
  const submit = (): void => {
    if (idle) setFault(programs.start(address, token));
    else programs.withdraw();
  };
  return (
    <Group id="offer" title={words.title}>
      <form
        class="programs"
        data-testid="offer-engine"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p class="setting-note">{words.means}</p>
        <Row label={words.address} fault={fault === null ? null : words[fault]}>
          {({ control, described }) => (
            <input
              id={control}
              aria-describedby={described}
              type="url"
              data-testid="offer-address"
              value={address}
              disabled={!idle}
              onInput={(event) => {
                setAddress(event.currentTarget.value);
                setFault(null);
              }}
            />
          )}
        </Row>
        <Row label={words.token}>
          {({ control, described }) => (
            <input
              id={control}
              aria-describedby={described}
              type="password"
              autocomplete="off"
              value={token}
              disabled={!idle}
              onInput={(event) => {
                setToken(event.currentTarget.value);
              }}
            />
          )}
        </Row>
        <div class="programs-end">
          <p role="status" data-testid="offer-state" data-kind={view.kind}>
            {said(view)}
          </p>
          <button type="submit" class={idle ? "primary" : "quiet"} data-testid="offer-submit">
            {idle ? words.start : words.stop}
          </button>
        </div>
      </form>
    </Group>
  );
}

function said(view: OfferView): string {
  const { states, waiting } = text.api.offer;
  return view.kind === "waiting" ? waiting(count(view.seconds)) : states[view.kind];
}
