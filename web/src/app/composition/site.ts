/** What a person may ask of the site as a whole: to be kept for a day without network, updated, installed. */
import type { SiteActions } from "../components/context";
import { Installer } from "../install";
import { startOffline } from "../offline-start";
import type { AppState } from "../state";
import type { Page } from "./page";

/**
 * @param keep stores what is not stored yet, before the page is loaded again.
 */
export function composeSite({ root, build }: Page, state: AppState, keep: () => Promise<void>): SiteActions {
  const reload = (): void => {
    void keep().then(() => {
      location.reload();
    });
  };
  const offline = startOffline({ state, build, scope: root.href, reload });
  const installer = new Installer(state.install, () => void offline?.installed());
  installer.watch(window);
  return {
    save: () => offline?.save() ?? Promise.resolve(),
    applyUpdate: () => offline?.applyUpdate(),
    postponeUpdate: () => offline?.postponeUpdate(),
    install: () => installer.ask(),
    reload,
  };
}
