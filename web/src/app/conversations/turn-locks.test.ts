import { beforeEach, describe, expect, it } from "vitest";
import { MemoryLocks } from "../../testing/locks";
import { TurnLocks } from "./turn-locks";

let locks: MemoryLocks;
let told: string[];
beforeEach(() => {
  locks = new MemoryLocks();
  told = [];
});

const tab = (name: string): TurnLocks =>
  new TurnLocks({
    locks,
    nameOf: (id) => `conversation:${id}`,
    onHeld: (id) => told.push(`${name} holds ${id}`),
    onElsewhere: (id) => told.push(`${name} waits for ${id}`),
  });

describe("the lock of a conversation", () => {
  it("is one tab's until that has no turn to run any more, and then the next one's", async () => {
    const [one, other] = [tab("one"), tab("other")];
    one.ask("a");
    await expect.poll(() => one.holds("a")).toBe(true);
    one.ask("a");
    other.ask("a");
    await expect.poll(() => told).toEqual(["one holds a", "other waits for a"]);
    expect(other.holds("a")).toBe(false);
    expect(await other.isFree("a")).toBe(false);
    one.release("a");
    await expect.poll(() => told.at(-1)).toBe("other holds a");
    other.release("a");
    expect(await one.isFree("a")).toBe(true);
  });

  it("is waited for no longer once it is let go", async () => {
    const [one, other] = [tab("one"), tab("other")];
    one.ask("a");
    await expect.poll(() => one.holds("a")).toBe(true);
    other.ask("a");
    other.release("a");
    one.release("a");
    expect(await one.isFree("a")).toBe(true);
    expect(told).toEqual(["one holds a"]);
  });

  it("is everybody's where the browser has none", () => {
    const alone = new TurnLocks({ locks: undefined, nameOf: (id) => id, onHeld: () => undefined, onElsewhere: () => undefined });
    alone.ask("a");
    expect(alone.holds("a")).toBe(true);
  });
});
