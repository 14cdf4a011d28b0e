import { expect, it, vi } from "vitest";
import type { PythonMessage } from "../protocol/wire";
import { WatchedWire } from "../python/watched-wire";
import { WireTap } from "./wire-tap";

it("passes on what goes by, in order and in batches, for as long as somebody watches", () => {
  vi.useFakeTimers();
  try {
    const tap = new WireTap();
    const told: PythonMessage[] = [];
    const watched = new WatchedWire(tap, (message) => told.push(message), () => 7);
    const status = { type: "status", id: "1", epoch: "e" } as const;
    tap.tell(status, true);
    watched.watch(true);
    watched.watch(true);
    tap.tell(status, true);
    tap.tell({ type: "models", id: "1", epoch: "e", models: [] }, false);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(200);
    const seen = told.flatMap((message) => (message.type === "wire_seen" ? message.messages : []));
    expect(told).toHaveLength(1);
    expect(seen.map(({ at, to_engine, message }) => [at, to_engine, message["type"]])).toEqual([
      [7, true, "status"],
      [7, false, "models"],
    ]);
    tap.tell(status, true);
    watched.watch(false);
    expect(told).toHaveLength(2);
    tap.tell(status, true);
    vi.advanceTimersByTime(200);
    expect(told).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
