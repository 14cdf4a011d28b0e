import { ModelEngine } from "../lib/model-engine";
import type { Rig } from "./rig";

/** The engine that an application of npm has, over a rig's worker; the browser's locks are the rig's. */
export function engineOn(rig: Rig): ModelEngine {
  Object.defineProperty(navigator, "locks", { value: rig.locks, configurable: true });
  return new ModelEngine({
    engine: {
      connect: () => rig.port(),
      restart: () => undefined,
      close: () => {
        rig.die();
      },
    },
    device: "auto",
  });
}
