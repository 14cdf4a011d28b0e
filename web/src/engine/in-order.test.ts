import fc from "fast-check";
import { expect, it } from "vitest";
import { InOrder } from "./in-order";

it("tells everything once and in order, whenever it comes", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.func(fc.integer()), (order, sooner) => {
      const told: number[] = [];
      const line = new InOrder<number>(order, (value) => told.push(value));
      const coming = [...order].sort((one, other) => sooner(one) - sooner(other));
      for (const [count, index] of coming.entries()) {
        line.take(index, index);
        // What has come so far from the begin of the order on.
        const missing = order.findIndex((one) => !coming.slice(0, count + 1).includes(one));
        expect(told).toEqual(missing < 0 ? order : order.slice(0, missing));
      }
    }),
  );
});

it("tells what waits for something that never comes once it is flushed", () => {
  const told: string[] = [];
  const line = new InOrder<string>([0, 1, 2, 3], (value) => told.push(value));
  line.take(3, "d");
  line.take(0, "a");
  line.take(2, "c");
  expect(told).toEqual(["a"]);
  line.flush();
  expect(told).toEqual(["a", "c", "d"]);
});
