import "fake-indexeddb/auto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys, inRange, within, type Key } from "./keys";

const keys = fc.letrec<{ key: Key }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom("", "a", "ab", "b", "ü"),
    fc.array(tie("key"), { maxLength: 3 }),
  ),
})).key;

describe("keys", () => {
  it("are ordered as IndexedDB orders them", () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        expect(Math.sign(compareKeys(one, other))).toBe(indexedDB.cmp(one, other));
      }),
    );
  });

  it("lie within the parts that they begin with", () => {
    fc.assert(
      fc.property(fc.constantFrom("", "a", "b"), fc.integer(), fc.string(), (label, age, id) => {
        expect(inRange([label, age, id], within(label))).toBe(true);
        expect(inRange([`${label}x`, age, id], within(label))).toBe(false);
      }),
    );
  });
});
