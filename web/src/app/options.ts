/** What the address of the page says: `?device=auto|webgpu|cpu&model=<id>`. */
import type { DeviceWish } from "../page/engine-supervisor";

export interface Options {
  device: DeviceWish;
  model: string;
}

export const DEMO_MODEL = "webllm-demo-1-q0f32";

export function readOptions(search: string): Options {
  const query = new URLSearchParams(search);
  const device = query.get("device");
  return {
    device: device === "webgpu" || device === "cpu" ? device : "auto",
    model: query.get("model") ?? DEMO_MODEL,
  };
}
