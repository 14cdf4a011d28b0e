import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BOOTED } from "../app/testing/messages";
import type { Booting } from "../protocol/wire";
import { PythonFirst, type PythonFirstOptions } from "./python-first";

const BOOTING: Booting = { type: "booting", stage: "interpreter", fraction: 0.1, text: "" };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function turn(first: PythonFirst): Promise<() => Promise<boolean>> {
  let come = false;
  void first.engineTurn().then(() => {
    come = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return async () => {
    await vi.advanceTimersByTimeAsync(0);
    return come;
  };
}

const FEW: PythonFirstOptions = { cores: 2, snapshot: true };

it.each([
  ["there are cores for both", { ...FEW, cores: 4 }],
  ["Python has no snapshot to start from", { ...FEW, snapshot: false }],
])("lets the engine start at once where %s", async (_, options) => {
  const come = await turn(new PythonFirst(options));
  expect(await come()).toBe(true);
});

it.each([
  ["has started", BOOTED],
  ["downloads, since its snapshot was none", { ...BOOTING, loaded_bytes: 1 }],
  ["has failed", { type: "python_failed", error: { code: "python_failed", message: "No." } } as const],
])("lets the engine start where there are few cores once Python %s", async (_, message) => {
  const first = new PythonFirst(FEW);
  const come = await turn(first);
  first.hear(BOOTING);
  expect(await come()).toBe(false);
  first.hear(message);
  expect(await come()).toBe(true);
});

it("does not let the engine wait for a Python that says nothing", async () => {
  const come = await turn(new PythonFirst(FEW));
  expect(await come()).toBe(false);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await come()).toBe(true);
});
