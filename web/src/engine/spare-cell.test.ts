import { expect, test, vi } from "vitest";
import { SpareCell } from "./spare-cell";

class Cell extends EventTarget {
  readonly told: unknown[] = [];
  terminated = false;

  constructor(readonly number: number) {
    super();
  }

  postMessage(message: unknown): void {
    this.told.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

function cells(): { spare: SpareCell<Cell>; spawned: Cell[] } {
  const spawned: Cell[] = [];
  const spare = new SpareCell(() => {
    const cell = new Cell(spawned.length + 1);
    spawned.push(cell);
    return cell;
  });
  return { spare, spawned };
}

test("the first cell is on its way before anybody asks, and those behind it start when they are asked for", () => {
  const { spare, spawned } = cells();
  expect(spawned).toHaveLength(1);
  expect(spare.take().number).toBe(1);
  expect(spawned).toHaveLength(1);
  expect([spare.take().number, spare.take().number]).toEqual([2, 3]);
});

test("only a cell that nobody has taken is told what it will hold", () => {
  const { spare, spawned } = cells();
  spare.tell("webllm");
  spare.take();
  spare.tell("wllama");
  spare.take();
  expect(spawned.map(({ told }) => told)).toEqual([["webllm"], []]);
});

test("a cell that fails before it is needed is ended and given to nobody, and the failure is heard nowhere else", () => {
  const { spare, spawned } = cells();
  const failure = new Event("error", { cancelable: true });
  spawned[0]?.dispatchEvent(failure);
  expect(failure.defaultPrevented).toBe(true);
  expect(spawned[0]?.terminated).toBe(true);
  expect(spare.take().number).toBe(2);
});

test("the failure of a cell that was taken is left to whoever took it", () => {
  const failure = new Event("error", { cancelable: true });
  cells().spare.take().dispatchEvent(failure);
  expect(failure.defaultPrevented).toBe(false);
});

test("where none can be started ahead, whoever needs one hears why", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const spare = new SpareCell<Cell>(() => {
    throw new Error("no workers here");
  });
  expect(() => spare.take()).toThrow("no workers here");
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});
