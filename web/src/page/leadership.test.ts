import { describe, expect, it } from "vitest";
import { MemoryLocks } from "../testing/locks";
import { type ElectionLocks, Leadership } from "./leadership";

const of = (locks: ElectionLocks): Leadership =>
  new Leadership({ lock: "engine", locks, onLead: () => undefined, onDeposed: () => undefined });

/** Locks of a document that may not have any. */
const forbidden: ElectionLocks = {
  request: () => Promise.reject(new DOMException("Locks are not allowed here.", "SecurityError")),
};

describe("a tab that asks for the lead", () => {
  it("learns that it may not have locks", async () => {
    await expect(of(forbidden).tryToLead()).rejects.toMatchObject({ name: "SecurityError" });
    await expect(of(forbidden).steal()).rejects.toMatchObject({ name: "SecurityError" });
  });

  it("does not wait for ever where another one is quicker to steal it", async () => {
    const stolen: ElectionLocks = {
      request: () => Promise.reject(new DOMException("The lock was stolen.", "AbortError")),
    };
    await expect(of(stolen).steal()).resolves.toBeUndefined();
  });

  it("gets it when nobody has it, and else is told so", async () => {
    const locks = new MemoryLocks();
    expect(await of(locks).tryToLead()).toBe(true);
    expect(await of(locks).tryToLead()).toBe(false);
  });
});
