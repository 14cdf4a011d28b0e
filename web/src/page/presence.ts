/** Tells the engine whether this page is looked at, and how its device is powered. */
import type { Presence } from "../protocol/wire";

export type Present = Pick<Presence, "visible" | "power">;

/** Chromium's `navigator.getBattery`, which no standard has any more. */
interface Battery extends EventTarget {
  readonly charging: boolean;
}

/** Calls `tell` now and at every change. */
export function watchPresence(document: Document, tell: (present: Present) => void): void {
  let battery: Battery | null = null;
  const now = (): void => {
    const power = battery === null ? "unknown" : battery.charging ? "mains" : "battery";
    tell({ visible: document.visibilityState === "visible", power });
  };
  document.addEventListener("visibilitychange", now);
  now();
  const navigator = document.defaultView?.navigator;
  if (navigator === undefined || !("getBattery" in navigator)) return;
  const found = (navigator as Navigator & { getBattery(): Promise<Battery> }).getBattery();
  found.then(
    (known) => {
      battery = known;
      known.addEventListener("chargingchange", now);
      now();
    },
    // A page may be forbidden to ask.
    () => undefined,
  );
}
