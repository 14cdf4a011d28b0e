/**
 * What the address of the page says: `?device=auto|webgpu|cpu&model=<id>&host=tab|service-worker&pulse=<ms>
 * &snapshot=off&heartbeat=<s>` (the last: room-settings.ts).
 */
import type { DeviceWish } from "../page/engine-supervisor";
import type { EngineHome } from "../page/site-engine";

export interface Options {
  device: DeviceWish;
  model: string;
  /** Where the engine runs. */
  home: EngineHome;
  /** Between two pings of the engine, in milliseconds: after four without an answer another tab takes its place. */
  pulseMs: number;
  /** Whether Python may start from the site's snapshot of it. */
  snapshot: boolean;
}

export const DEMO_MODEL = "webllm-demo-1-q0f32";

/** A tab that is frozen is noticed after 20 s; a machine that is only busy is not taken for one. */
const PULSE_MS = 5_000;

export function readOptions(search: string): Options {
  const query = new URLSearchParams(search);
  const device = query.get("device");
  return {
    device: device === "webgpu" || device === "cpu" ? device : "auto",
    model: query.get("model") ?? DEMO_MODEL,
    // llama.cpp needs workers of its own, which a service worker cannot start.
    home: query.get("host") === "service-worker" && device !== "cpu" ? "service-worker" : "tab",
    pulseMs: Math.max(Number(query.get("pulse")) || PULSE_MS, 50),
    snapshot: query.get("snapshot") !== "off",
  };
}
