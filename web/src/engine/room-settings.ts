import type { HeartbeatLimits } from "./heartbeat";

/** What an engine room can be told beside its sources. */
export interface RoomSettings {
  /** How long an engine may be silent; what is absent stays as it is. */
  heartbeat?: Partial<HeartbeatLimits>;
}

/**
 * The settings that an address names: `?heartbeat=30` counts an engine as hung after 30 seconds of silence, whatever
 * it does, in place of limits that fit the slowest machines.
 */
export function roomSettings(search: string): RoomSettings {
  const seconds = Number(new URLSearchParams(search).get("heartbeat"));
  if (!Number.isFinite(seconds) || seconds <= 0) return {};
  const ms = seconds * 1000;
  return { heartbeat: { intervalMs: ms / 4, loadMs: ms, prefillMs: ms, decodeMs: ms } };
}

/** The part of a page's address that is the engine's. */
export function roomQuery(search: string): string {
  const heartbeat = new URLSearchParams(search).get("heartbeat");
  return heartbeat === null ? "" : `?${new URLSearchParams({ heartbeat }).toString()}`;
}
