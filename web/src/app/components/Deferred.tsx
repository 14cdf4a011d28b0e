/** A part of the page whose script is fetched when it is first shown: the first paint does not wait for it. */
import type { FunctionComponent, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text } from "../text";

type Part = { kind: "loading" } | { kind: "ready"; view: FunctionComponent } | { kind: "failed" };

export function deferred(load: () => Promise<FunctionComponent>): FunctionComponent {
  let known: FunctionComponent | null = null;
  return function Deferred(): JSX.Element {
    const [part, setPart] = useState<Part>(known === null ? { kind: "loading" } : { kind: "ready", view: known });
    const fetchPart = (): void => {
      setPart({ kind: "loading" });
      load().then(
        (view) => {
          known = view;
          setPart({ kind: "ready", view });
        },
        () => {
          setPart({ kind: "failed" });
        },
      );
    };
    useEffect(() => {
      if (known === null) fetchPart();
    }, []);
    switch (part.kind) {
      case "ready":
        return <part.view />;
      case "loading":
        return (
          <p class="sheet-note" role="status">
            {text.places.loading}
          </p>
        );
      case "failed":
        return (
          <div class="sheet-note" role="alert">
            <p>{text.places.loadFailed}</p>
            <button type="button" class="quiet" onClick={fetchPart}>
              {text.places.loadAgain}
            </button>
          </div>
        );
    }
  };
}
