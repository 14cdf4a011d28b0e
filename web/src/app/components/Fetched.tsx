/** What is fetched when it is first shown: a sentence until it is there, and a way to try again where it does not come. */
import type { JSX } from "preact";
import { text } from "../text";
import { useLoaded } from "./use-loaded";

interface FetchedProps<T> {
  load: () => Promise<T>;
  children: (value: T) => JSX.Element;
}

export function Fetched<T>({ load, children }: FetchedProps<T>): JSX.Element {
  const loaded = useLoaded(load);
  switch (loaded.kind) {
    case "ready":
      return children(loaded.value);
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
          <button type="button" class="quiet" onClick={loaded.again}>
            {text.places.loadAgain}
          </button>
        </div>
      );
  }
}
