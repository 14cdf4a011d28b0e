import fc from "fast-check";
import { expect, it } from "vitest";
import { Credit } from "./credit";

it("is told once half of what was granted has been read", () => {
  const told: number[] = [];
  const credit = new Credit(8, (batches) => told.push(batches));
  for (let read = 0; read < 9; read++) credit.consumed();
  expect(told).toEqual([4, 4]);
});

it("never lets a stream stand still, and never grants more than was read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(100), (granted, batches) => {
      let [open, read] = [granted, 0];
      const credit = new Credit(granted, (more) => (open += more));
      for (let sent = 0; sent < batches; sent++) {
        expect(open).toBeGreaterThan(0);
        open -= 1;
        credit.consumed();
        read += 1;
      }
      expect(open).toBeLessThanOrEqual(granted);
      expect(read).toBe(batches);
    }),
  );
});

it("is not told of a stream without back-pressure", () => {
  const credit = new Credit(0, () => {
    throw new Error("nobody counts");
  });
  for (let read = 0; read < 9; read++) credit.consumed();
});
