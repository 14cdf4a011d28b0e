import type { CatalogueEntry } from "../models/catalogue";

/** What idle unloading needs of the host. */
export interface IdleHost {
  readonly present: { plan: { entry: CatalogueEntry } } | null;
  onIdle(listener: (idle: boolean) => void): () => void;
  onState(listener: () => void): () => void;
  sleep(): Promise<void>;
}

/** Without a request for this long a model gives its memory back; the next request loads it again. */
const IDLE_UNLOAD_MS = 30 * 60_000;

/**
 * Puts a model to sleep that nobody has asked anything for a while. Where no time is set, that is half an hour, and
 * the embedded model stays: it takes little, and is what answers at once. A time of 0 keeps every model.
 *
 * Ends with `signal`.
 */
export function unloadWhenIdle(host: IdleHost, afterMs: number | undefined, signal: AbortSignal): void {
  if (afterMs === 0) return;
  let idle = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const disarm = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const arm = (): void => {
    if (!idle || host.present === null || timer !== undefined) return;
    if (afterMs === undefined && host.present.plan.entry.record.embedded) return;
    timer = setTimeout(() => {
      timer = undefined;
      void host.sleep();
    }, afterMs ?? IDLE_UNLOAD_MS);
  };
  const ends = [
    host.onIdle((now) => {
      idle = now;
      disarm();
      arm();
    }),
    // A model that comes back after a loss, or behind another, does so while nobody asks.
    host.onState(arm),
  ];
  signal.addEventListener(
    "abort",
    () => {
      disarm();
      for (const end of ends) end();
    },
    { once: true },
  );
}
