/** Installing the application, where the browser offers it. */
import type { Signal } from "@preact/signals";
import type { InstallState } from "./stores/offline";

/** Chromium's event, which no standard has yet: the page may keep it and ask later. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

export class Installer {
  #prompt: InstallPromptEvent | null = null;

  constructor(
    private readonly state: Signal<InstallState>,
    /** Called once the application has been installed. */
    private readonly onInstalled: () => void,
  ) {}

  watch(page: Pick<Window, "matchMedia" | "addEventListener">): void {
    if (page.matchMedia("(display-mode: standalone)").matches) this.state.value = "installed";
    page.addEventListener("beforeinstallprompt", (event) => {
      // The browser's own banner would cover the page at a moment of its choice.
      event.preventDefault();
      this.#prompt = event as InstallPromptEvent;
      this.state.value = "available";
    });
    page.addEventListener("appinstalled", () => {
      this.#prompt = null;
      this.state.value = "installed";
      this.onInstalled();
    });
  }

  /** Ask the browser to ask the user. An event serves once; a browser that was refused sends another later. */
  async ask(): Promise<void> {
    const prompt = this.#prompt;
    this.#prompt = null;
    if (prompt === null) return;
    this.state.value = "unavailable";
    await prompt.prompt();
  }
}
