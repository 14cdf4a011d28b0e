/** What follows from the settings elsewhere in the page. */
import { computed, effect } from "@preact/signals";
import type { ServerReach } from "../../page/server-reach";
import type { AppState } from "../state";
import type { SettingsStore } from "./store";

export interface Followed {
  state: AppState;
  settings: SettingsStore;
  reach: Pick<ServerReach, "lead">;
}

export function followSettings({ state, settings, reach }: Followed): void {
  const shown = computed(() => state.conversation.value.id);
  effect(() => {
    state.serverAnswers.value = settings.usesServer(shown.value);
  });
  // Python that has started anew knows no way any more.
  const address = computed(() => (state.python.value.kind === "ready" ? settings.reached : null));
  effect(() => {
    reach.lead(address.value);
  });
}
