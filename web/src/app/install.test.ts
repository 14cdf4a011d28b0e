import { signal } from "@preact/signals";
import { beforeEach, expect, it, vi } from "vitest";
import { Installer } from "./install";
import type { InstallState } from "./stores/offline";

const state = signal<InstallState>("unavailable");
const installed = vi.fn();
let standalone: boolean;
let installer: Installer;
let page: EventTarget & Pick<Window, "matchMedia" | "addEventListener">;

beforeEach(() => {
  standalone = false;
  state.value = "unavailable";
  installed.mockReset();
  const matchMedia = (() => ({ matches: standalone })) as unknown as Window["matchMedia"];
  page = Object.assign(new EventTarget(), { matchMedia });
  installer = new Installer(state, installed);
});

function offer(): { event: Event; prompts: () => number } {
  let prompts = 0;
  const prompt = (): Promise<void> => {
    prompts += 1;
    return Promise.resolve();
  };
  const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt });
  page.dispatchEvent(event);
  return { event, prompts: () => prompts };
}

it("keeps the browser's offer until the user asks, and uses it once", async () => {
  installer.watch(page);
  const { event, prompts } = offer();
  expect(event.defaultPrevented).toBe(true);
  expect(state.value).toBe("available");
  await installer.ask();
  await installer.ask();
  expect(prompts()).toBe(1);
});

it("knows that it was installed", () => {
  installer.watch(page);
  page.dispatchEvent(new Event("appinstalled"));
  expect(state.value).toBe("installed");
  expect(installed).toHaveBeenCalledOnce();
});

it("knows that it runs as an application of its own", () => {
  standalone = true;
  installer.watch(page);
  expect(state.value).toBe("installed");
});
