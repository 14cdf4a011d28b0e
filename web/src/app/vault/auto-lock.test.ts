import { describe, expect, it } from "vitest";
import { AutoLock } from "./auto-lock";

const MINUTE = 60_000;

describe("a profile that locks itself", () => {
  it("does so when no hand was on a page for so long, and not while an answer is being written", () => {
    let now = 0;
    let busy = false;
    let minutes: number | null = 5;
    let locked = 0;
    const lock = new AutoLock({
      minutes: () => minutes,
      busy: () => busy,
      lock: () => (locked += 1),
      active: () => undefined,
      now: () => now,
    });
    now = 4 * MINUTE;
    lock.look();
    lock.touched();
    now = 8 * MINUTE;
    lock.look();
    expect(locked).toBe(0);
    now = 9 * MINUTE;
    busy = true;
    lock.look();
    expect(locked).toBe(0);
    busy = false;
    lock.look();
    expect(locked).toBe(1);
    minutes = null;
    now = 900 * MINUTE;
    lock.look();
    expect(locked).toBe(1);
  });

  it("is not kept open by a hand that comes after a long sleep of the device", () => {
    let now = 0;
    const seen: string[] = [];
    const target = new EventTarget();
    const lock = new AutoLock({
      minutes: () => 5,
      busy: () => false,
      lock: () => seen.push("lock"),
      active: () => seen.push("active"),
      now: () => now,
    });
    lock.watch({ addEventListener: target.addEventListener.bind(target), setInterval: () => 0 });
    now = 5 * MINUTE;
    target.dispatchEvent(new Event("keydown"));
    expect(seen).toEqual(["lock"]);
  });

  it("tells other tabs of a hand, now and then", () => {
    let now = 10 * MINUTE;
    let told = 0;
    const target = new EventTarget();
    const lock = new AutoLock({
      minutes: () => 5,
      busy: () => false,
      lock: () => undefined,
      active: () => (told += 1),
      now: () => now,
    });
    lock.watch({ addEventListener: target.addEventListener.bind(target), setInterval: () => 0 });
    target.dispatchEvent(new Event("keydown"));
    target.dispatchEvent(new Event("pointerdown"));
    expect(told).toBe(1);
    now += MINUTE;
    target.dispatchEvent(new Event("wheel"));
    expect(told).toBe(2);
  });
});
