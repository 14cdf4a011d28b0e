import { expect, it } from "vitest";
import { batched, type FrameClock } from "./batching";

class ManualClock implements FrameClock {
  readonly waiting: (() => void)[] = [];

  request(callback: () => void): void {
    this.waiting.push(callback);
  }

  tick(): void {
    for (const callback of this.waiting.splice(0)) callback();
  }
}

it("hands on everything that came since the last frame, in order, once", () => {
  const clock = new ManualClock();
  const delivered: number[][] = [];
  const put = batched<number>((items) => delivered.push([...items]), clock);
  put(1);
  put(2);
  expect(clock.waiting).toHaveLength(1);
  clock.tick();
  put(3);
  clock.tick();
  clock.tick();
  expect(delivered).toEqual([[1, 2], [3]]);
});
