import { expect, it, vi } from "vitest";
import { EngineJournal } from "./journal";

it("keeps the last 2,000 events, oldest first", () => {
  let at = 0;
  const journal = new EngineJournal(() => at++);
  for (let index = 0; index < 2_500; index += 1) journal.record("tokens", "m", { index });
  expect(journal.events).toHaveLength(2_000);
  expect(journal.events[0]).toEqual({ at: 500, name: "tokens", model: "m", details: { index: 500 } });
  expect(journal.events.at(-1)?.details).toEqual({ index: 2_499 });
});

it("tells its listeners until their signal aborts", () => {
  const journal = new EngineJournal();
  const life = new AbortController();
  const heard: string[] = [];
  journal.onEvent(({ name }) => heard.push(name), life.signal);
  journal.record("loaded", "m");
  life.abort();
  journal.record("unloaded", "m");
  expect(heard).toEqual(["loaded"]);
});

it("goes on when a listener throws", () => {
  const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const journal = new EngineJournal();
  const { signal } = new AbortController();
  const heard: string[] = [];
  journal.onEvent(() => {
    throw new Error("a listener's own trouble");
  }, signal);
  journal.onEvent(({ name }) => heard.push(name), signal);
  journal.record("loaded", "m");
  expect(heard).toEqual(["loaded"]);
  expect(complaint).toHaveBeenCalledOnce();
  complaint.mockRestore();
});

it("leaves out what is undefined and cuts what is too long for a name", () => {
  const journal = new EngineJournal();
  journal.record("loaded", null, { nothing: undefined, long: "x".repeat(500), none: null });
  expect(journal.events[0]?.details).toEqual({ long: "x".repeat(200), none: null });
});
