import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamEvent } from "../protocol/wire";
import { textOf } from "../testing/rig";
import { Batcher } from "./batcher";

interface Sent {
  sequence: number;
  events: StreamEvent[];
}

const started: StreamEvent = {
  type: "started",
  model: "m",
  engine: { kind: "scripted", version: "1", device: "none", adapter: null },
};
const failure: StreamEvent = {
  type: "failure",
  error: { code: "aborted", message: "The request was cancelled." },
};
const delta = (text: string): StreamEvent => ({ type: "delta", text });
const joined = (text: string, tokens: number): StreamEvent => ({ type: "delta", text, tokens });

let sent: Sent[];
const batcher = (credit: number): Batcher =>
  new Batcher((sequence, events) => sent.push({ sequence, events }), { credit, intervalMs: 16 });

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("Batcher", () => {
  it("sends the start and the first delta at once, and merges those after it for a frame", () => {
    const stream = batcher(9);
    stream.push(started);
    stream.push(delta("a"));
    expect(sent.map(({ events }) => events)).toEqual([[started], [delta("a")]]);
    stream.push(delta("b"));
    stream.push(delta("c"));
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(16);
    expect(sent[2]).toEqual({ sequence: 2, events: [joined("bc", 2)] });
  });

  it("keeps text together without credit and sends it as soon as there is some", () => {
    const stream = batcher(1);
    stream.push(started);
    stream.push(delta("a"));
    stream.push(delta("b"));
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    stream.addCredit(1);
    expect(sent[1]).toEqual({ sequence: 1, events: [joined("ab", 2)] });
  });

  it("joins no text with what an engine keeps apart from it", () => {
    const stream = batcher(1);
    stream.push(started);
    const thought: StreamEvent = { type: "delta", text: "hm", channel: "thinking" };
    for (const event of [thought, thought, delta("yes")]) stream.push(event);
    stream.finish(failure);
    expect(sent[1]?.events).toEqual([{ ...thought, text: "hmhm", tokens: 2 }, delta("yes"), failure]);
  });

  it("sends the last event without credit, behind everything that waited", () => {
    const stream = batcher(1);
    stream.push(started);
    stream.push(delta("kept"));
    stream.finish(failure);
    expect(sent[1]).toEqual({ sequence: 1, events: [delta("kept"), failure] });
  });

  it("says nothing more after its end", () => {
    const stream = batcher(9);
    stream.finish(failure);
    stream.push(delta("late"));
    stream.finish(failure);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
  });

  it("keeps only the newest of several progress reports", () => {
    const stream = batcher(Infinity);
    const progress = (fraction: number): StreamEvent => ({
      type: "progress",
      stage: "download",
      fraction,
      loaded_bytes: null,
      total_bytes: null,
      text: "",
    });
    for (const fraction of [0.1, 0.2, 0.3, 0.4]) stream.push(progress(fraction));
    vi.advanceTimersByTime(16);
    expect(sent.flatMap(({ events }) => events)).toEqual([progress(0.1), progress(0.4)]);
  });

  it("loses no text and no number, whatever the order of words, pauses and credit", () => {
    type Step = { say: string } | { wait: number } | { credit: number };
    const steps = fc.array(
      fc.oneof(
        fc.string().map((say): Step => ({ say })),
        fc.nat(40).map((wait): Step => ({ wait })),
        fc.integer({ min: 1, max: 3 }).map((credit): Step => ({ credit })),
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (credit, plan) => {
        sent = [];
        const stream = batcher(credit);
        let given = credit;
        let said = "";
        stream.push(started);
        for (const step of plan) {
          if ("say" in step) {
            stream.push(delta(step.say));
            said += step.say;
          } else if ("wait" in step) {
            vi.advanceTimersByTime(step.wait);
          } else {
            stream.addCredit(step.credit);
            given += step.credit;
          }
          expect(sent.length).toBeLessThanOrEqual(given);
        }
        stream.finish(failure);
        expect(textOf(sent.flatMap(({ events }) => events))).toBe(said);
        expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_, index) => index));
        expect(sent.at(-1)?.events.at(-1)).toEqual(failure);
      }),
    );
  });
});
