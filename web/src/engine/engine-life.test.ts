import { expect, it, vi } from "vitest";
import type { WireError } from "../protocol/wire";
import { untilLost } from "./engine-life";
import { EngineFailure } from "./errors";

const LOST: WireError = { code: "device_lost", message: "The GPU was lost." };

it("waits on a loss once, however many requests it has seen", async () => {
  const lost = new Promise<WireError>(() => undefined);
  const then = vi.spyOn(lost, "then");
  for (let request = 0; request < 100; request++)
    await expect(untilLost({ lost }, Promise.resolve(request))).resolves.toBe(request);
  expect(then).toHaveBeenCalledTimes(1);
});

it("tells everybody who waits, and whoever comes later", async () => {
  let lose: (error: WireError) => void = () => undefined;
  const lost = new Promise<WireError>((resolve) => {
    lose = resolve;
  });
  const never = new Promise<string>(() => undefined);
  const waiting = [untilLost({ lost }, never), untilLost({ lost }, never)];
  lose(LOST);
  for (const one of [...waiting, untilLost({ lost }, never)]) {
    await expect(one).rejects.toBeInstanceOf(EngineFailure);
    await expect(one).rejects.toMatchObject({ error: LOST, fatal: true });
  }
});
