/** Whether the browser has a network; without one everything goes on but downloads and servers. */
import type { Signal } from "@preact/signals";
import { text } from "./text";

export function watchNetwork(
  view: Pick<Window, "addEventListener" | "navigator">,
  online: Signal<boolean>,
  announce: (sentence: string) => void,
): void {
  online.value = view.navigator.onLine;
  const changed = (): void => {
    online.value = view.navigator.onLine;
    announce(online.value ? text.network.back : text.network.gone);
  };
  view.addEventListener("online", changed);
  view.addEventListener("offline", changed);
}
