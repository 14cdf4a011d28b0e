import { describe, expect, it } from "vitest";
import { momentBefore } from "./moment";

const NOON = new Date(2026, 10, 21, 12, 0).getTime();
const MINUTE = 60_000;

describe("a moment", () => {
  it.each([
    [0, "now"],
    [-5 * MINUTE, "now"],
    [3 * MINUTE, "3 min. ago"],
    [90 * MINUTE, "10:30 AM"],
    [26 * 60 * MINUTE, "Nov 20, 2026, 10:00 AM"],
  ])("%d ms ago is told as long as that says something", (ago, told) => {
    expect(momentBefore(NOON - ago, NOON).replaceAll("\u202f", " ")).toBe(told);
  });
});
