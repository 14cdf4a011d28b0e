/** Says that there is no network, for as long as there is none. */
import type { JSX } from "preact";
import { text } from "../text";
import { useApp } from "./context";

export function Network(): JSX.Element | null {
  const { state } = useApp();
  if (state.online.value) return null;
  return (
    <span class="network" title={text.network.offlineNote} data-testid="network">
      {text.network.offline}
    </span>
  );
}
