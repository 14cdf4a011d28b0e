import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { turnOf } from "../testing/turns";
import { saidOnce } from "./said-once";
import type { Turn } from "./turn";

const MEGABYTES = 8;

it("changes nothing that is said", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.string(), fc.string(), (said, text, result) => {
      const turn: Turn = {
        ...turnOf("t", text),
        parts: [
          { kind: "text", key: "0", text, open: false },
          { kind: "tool", key: "1", callId: "c", name: "notes", arguments: text, result, state: "done" },
        ],
        messages: said.map((content) => ({ role: "user", content })),
      };
      expect(saidOnce(turn)).toEqual(turn);
    }),
  );
});

it("leaves a turn without messages as it is", () => {
  const turn = turnOf("t", "Why?");
  expect(saidOnce(turn)).toBe(turn);
});

it("holds a text once that came several times", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = held();
  const written = JSON.stringify("x".repeat(MEGABYTES * 1_000_000));
  // As it comes in a message: each is a string of its own.
  const copy = (): string => JSON.parse(written) as string;
  const read = (): Turn => ({
    ...turnOf("t", "Why?"),
    parts: [{ kind: "text", key: "0", text: copy(), open: false }],
    messages: [
      { role: "assistant", content: [{ type: "text", text: copy() }], metadata: { "webllm:raw_text": copy() } },
    ],
  });
  const turns = [read].map((come) => saidOnce(come()));
  // One more is what was sent.
  expect((held() - before) / 1_000_000 / MEGABYTES).toBeLessThan(2.5);
  expect(JSON.stringify(turns)).toContain(written);
});
