import { expect, it } from "vitest";
import { fillMemory, type Snapshot } from "./snapshot";

const snapshotOf = (runs: [number, number][], content: number[]): Snapshot => ({
  head: {
    bytes: 8,
    functions: 0,
    versions: { python: "", pyodide: "", amplifier_core: "", webllm_provider: "" },
    wheels: [],
    own: 0,
    sideModules: [],
    runs,
  },
  own: new Uint8Array(),
  content: new Uint8Array(content),
  memoryAt: 1,
  sideModules: [],
  wheels: Promise.resolve([]),
});

it("leaves nothing of what a fresh interpreter has written where the snapshot is empty", () => {
  const memory = new Uint8Array([9, 9, 9, 9, 9, 9, 0, 0]);
  fillMemory(memory, 6, snapshotOf([[1, 2], [4, 1]], [7, 1, 2, 3]));
  expect([...memory]).toEqual([0, 1, 2, 0, 3, 0, 0, 0]);
});

it("writes what lies behind the end of a fresh interpreter's heap", () => {
  const memory = new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0]);
  fillMemory(memory, 1, snapshotOf([[5, 3]], [7, 1, 2, 3]));
  expect([...memory]).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
});
