import type { HeartbeatLimits } from "./heartbeat";

/** What an engine room can be told beside its sources. */
export interface RoomSettings {
  /** How long an engine may be silent; what is absent stays as it is. */
  heartbeat?: Partial<HeartbeatLimits>;
  /** A model that nobody asks anything for this long gives its memory back; 0 keeps it. See `unloadWhenIdle`. */
  idleUnloadMs?: number;
}

/** The names of the settings in an address, both in seconds. */
const NAMES = ["heartbeat", "unload"] as const;

/**
 * The settings that an address names: `?heartbeat=30` counts an engine as hung after 30 seconds of silence, whatever
 * it does, in place of limits that fit the slowest machines; `?unload=600` unloads any model after ten idle minutes,
 * `?unload=0` none.
 */
export function roomSettings(search: string): RoomSettings {
  const [heartbeat, unload] = NAMES.map((name) => milliseconds(new URLSearchParams(search).get(name)));
  return {
    ...(heartbeat === undefined || heartbeat === 0 ? {} : { heartbeat: limits(heartbeat) }),
    ...(unload === undefined ? {} : { idleUnloadMs: unload }),
  };
}

/** The part of a page's address that is the engine's. */
export function roomQuery(search: string): string {
  const all = new URLSearchParams(search);
  const own = new URLSearchParams(
    NAMES.flatMap((name) => (all.has(name) ? [[name, all.get(name) ?? ""]] : [])),
  );
  return own.size === 0 ? "" : `?${own.toString()}`;
}

const limits = (ms: number): Partial<HeartbeatLimits> => ({
  intervalMs: ms / 4,
  startMs: ms,
  loadMs: ms,
  prefillMs: ms,
  decodeMs: ms,
});

function milliseconds(text: string | null): number | undefined {
  const seconds = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
