/** Whether there is room for the list of conversations beside the conversation. */
import { signal, type ReadonlySignal } from "@preact/signals";

const WIDE = "(min-width: 64rem)";

export function watchWidth(view: Pick<Window, "matchMedia">): ReadonlySignal<boolean> {
  const query = view.matchMedia(WIDE);
  const wide = signal(query.matches);
  query.addEventListener("change", () => {
    wide.value = query.matches;
  });
  return wide;
}
