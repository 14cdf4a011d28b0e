import { expect, test, vi } from "vitest";
import { spawningAhead } from "./spare-cell";

class Cell extends EventTarget {
  constructor(readonly number: number) {
    super();
  }
}

function cells(): { spawn: () => Cell; spawned: Cell[] } {
  const spawned: Cell[] = [];
  const spawn = (): Cell => {
    spawned.push(new Cell(spawned.length + 1));
    return spawned[spawned.length - 1] as Cell;
  };
  return { spawn, spawned };
}

test("the first cell is on its way before anybody asks, and those behind it start when they are asked for", () => {
  const { spawn, spawned } = cells();
  const take = spawningAhead(spawn);
  expect(spawned).toHaveLength(1);
  expect(take().number).toBe(1);
  expect(spawned).toHaveLength(1);
  expect([take().number, take().number]).toEqual([2, 3]);
});

test("a cell that fails before it is needed is not given to anybody, and the failure is heard nowhere else", () => {
  const { spawn, spawned } = cells();
  const take = spawningAhead(spawn);
  const failure = new Event("error", { cancelable: true });
  spawned[0]?.dispatchEvent(failure);
  expect(failure.defaultPrevented).toBe(true);
  expect(take().number).toBe(2);
});

test("the failure of a cell that was taken is left to whoever took it", () => {
  const { spawn } = cells();
  const failure = new Event("error", { cancelable: true });
  spawningAhead(spawn)().dispatchEvent(failure);
  expect(failure.defaultPrevented).toBe(false);
});

test("where none can be started ahead, whoever needs one hears why", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const take = spawningAhead<Cell>(() => {
    throw new Error("no workers here");
  });
  expect(take).toThrow("no workers here");
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});
