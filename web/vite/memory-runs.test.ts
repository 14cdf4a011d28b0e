import { expect, it } from "vitest";
import { runsOf } from "./memory-runs.mjs";

const PAGE = 4096;

it("finds the stretches of a memory that are not empty", () => {
  const memory = new Uint8Array(6 * PAGE + 10);
  memory[PAGE] = 1;
  memory[3 * PAGE - 1] = 1;
  memory[6 * PAGE + 9] = 1;
  expect(runsOf(memory)).toEqual([
    [PAGE, 2 * PAGE],
    [6 * PAGE, 10],
  ]);
  expect(runsOf(new Uint8Array(PAGE))).toEqual([]);
});
