import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inference } from "../testing/inferences";
import { type Inference, inferenceOf, KINDS, MEASURES, OUTCOMES, recordOf } from "./inference";
import { overviewOf, overviewOfSums } from "./overview";
import { linesOf, linesOfSums } from "./series";
import { countIn, groupOf, merged, mergedAll, readSum, startOf, type Sum, sumOf, sumOfAll } from "./sums";
import { joined, meanOf, quantileOf, type Summary, summaryOf, totalOf } from "./summary";

const values = fc.double({ min: 0, max: 1e7, noNaN: true });

const inferences = fc
  .record({
    at: fc.integer({ min: 0, max: 4e12 }),
    kind: fc.constantFrom(...KINDS),
    outcome: fc.constantFrom(...OUTCOMES),
    measured: fc.dictionary(fc.constantFrom(...MEASURES), values),
  })
  .map((changes): Inference => inference("i", changes));

const together = (sums: readonly Sum[]): Sum => sums.reduce(merged);
const summaries = (numbers: readonly number[]): Summary => {
  const [first, ...others] = numbers.map((number) => summaryOf(number, true));
  if (first === undefined) throw new Error("no numbers");
  return others.reduce(joined, first);
};

describe("sums", () => {
  it("of parts are the sum of the whole, however it is parted and in whatever order", () => {
    fc.assert(
      fc.property(fc.array(inferences, { minLength: 2 }), fc.nat(), (many, nat) => {
        const cut = 1 + (nat % (many.length - 1));
        const sums = many.map(sumOf);
        const whole = together(sums);
        expect(merged(together(sums.slice(0, cut)), together(sums.slice(cut)))).toEqual(whole);
        expect(together(sums.toReversed())).toEqual(whole);
        expect(mergedAll(sums)).toEqual(whole);
        expect(sumOfAll(many)).toEqual(whole);
        expect(countIn(whole)).toBe(many.length);
      }),
    );
  });

  it("come back from the database as they were", () => {
    fc.assert(
      fc.property(inferences, (one) => {
        expect(readSum(structuredClone(sumOf(one)))).toEqual(sumOf(one));
        expect(inferenceOf(structuredClone(recordOf(one)))).toEqual(one);
      }),
    );
    expect(sumOfAll([])).toBeNull();
    for (const broken of [null, 3, {}, { counts: {} }]) expect(readSum(broken)).toBeNull();
    expect(inferenceOf({ id: "x", at: 1, model: "m", details: { kind: "other" } })).toBeNull();
  });

  it("give the same overview as the inferences that they are made of", () => {
    fc.assert(
      fc.property(fc.array(inferences, { minLength: 1, maxLength: 30 }), (many) => {
        const sums = many.map((one) => ({ at: startOf("day", one.at), sum: sumOf(one) }));
        const [ofSums, one] = [overviewOfSums(sums, "none"), overviewOf(many, "none")];
        expect(ofSums.whole).toEqual(one.whole);
        expect(ofSums.answers).toBe(one.answers);
        const counted = (overview: typeof one): number =>
          overview.plots.load_ms.flatMap(({ points }) => points).reduce((sum, { count }) => sum + count, 0);
        expect(counted(ofSums)).toBe(counted(one));
      }),
    );
  });

  it("are plotted as a few lines that miss none of them, each with one point at a time", () => {
    const many = fc.array(
      fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 4 })).map(([model, day]) =>
        inference("i", { model: `m${String(model)}`, at: day * 86_400_000, measured: { load_ms: model + 1 } }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(many, (loads) => {
        const sums = loads.map((one) => ({ at: startOf("day", one.at), sum: sumOf(one) }));
        for (const lines of [linesOfSums(sums, "load_ms", "model"), linesOf(loads, "load_ms", "model")]) {
          expect(lines.length).toBeLessThanOrEqual(6);
          const counts = lines.flatMap(({ points }) => points.map(({ count }) => count));
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(loads.length);
        }
        for (const { points } of linesOfSums(sums, "load_ms", "model")) {
          expect(new Set(points.map(({ at }) => at)).size).toBe(points.length);
        }
      }),
    );
  });

  it("stand in the hour and the day of this device's clock", () => {
    const at = new Date(2026, 10, 21, 16, 17, 18).getTime();
    expect(startOf("hour", at)).toBe(new Date(2026, 10, 21, 16).getTime());
    expect(startOf("day", at)).toBe(new Date(2026, 10, 21).getTime());
    expect(groupOf(inference("i"))).toEqual({ model: "demo", mode: "client_side", engine: "wllama" });
  });
});

describe("a summary", () => {
  it("knows mean and total to a thousandth", () => {
    const summary = summaries([1.5, 2.25, 0]);
    expect(totalOf(summary)).toBe(3.75);
    expect(meanOf(summary)).toBe(1.25);
  });

  it("knows what share lies below a value, within 5 %", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1 }), (numbers) => {
        const sorted = numbers.toSorted((one, other) => one - other);
        const median = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
        const told = quantileOf(summaries(numbers), 0.5);
        expect(Math.abs(told - median) / median).toBeLessThan(0.05);
      }),
    );
    expect(quantileOf(summaryOf(0, true), 0.5)).toBe(0);
    expect(quantileOf(summaryOf(3), 0.5)).toBe(3);
  });
});
