import { expect, it } from "vitest";
import type { EventStream } from "../../bridge/event-stream";
import type { EngineEvent } from "../../protocol/wire";
import { engineEvent } from "../testing/inferences";
import { isOthers, nameOfTab } from "./askers";
import { Gathering } from "./gathering";
import { Recorder } from "./recorder";
import { ServerAnswers } from "./server-answers";

/** What a page of a profile keeps of these events: at once, and later. */
async function keptBy(profile: string, events: readonly EngineEvent[]): Promise<{ atOnce: string[]; later: string[] }> {
  const kept: string[] = [];
  const acts: (() => void)[] = [];
  const stream: EventStream = { next: () => Promise.resolve(batches.shift() ?? null), cancel: () => undefined };
  const batches = [events.map((event) => ({ type: "observed" as const, id: "o", event }))];
  const recorder = new Recorder({
    tab: () => nameOfTab("tab", profile),
    isOthers: (client) => isOthers(client, profile),
    observe: () => stream,
    gathering: new Gathering({ mode: () => "client_side", memoryOf: () => null }),
    server: new ServerAnswers(() => "client_side", () => 0),
    remember: ({ id }) => Promise.resolve(void kept.push(id)),
    later: (act) => acts.push(act),
  });
  await recorder.listen();
  const atOnce = kept.splice(0);
  for (const act of acts) act();
  return { atOnce, later: kept };
}

const answer = (client: string): EngineEvent =>
  engineEvent("request_finished", { request: "1", client, priority: "chat", reason: "stop" }, 5);

it("a figure belongs to the profile whose page has asked; what nobody's page has asked for, to each", async () => {
  const events = [
    answer(nameOfTab("tab", "mine")),
    answer(nameOfTab("another", "mine")),
    answer(nameOfTab("tab", "hers")),
    answer("a program"),
    engineEvent("loaded", { load_ms: 4 }, 6),
  ];
  expect(await keptBy("mine", events)).toEqual({
    atOnce: ["5 tab@mine 1"],
    later: ["5 another@mine 1", "5 a program 1", "6 load demo"],
  });
  expect(await keptBy("hers", events)).toEqual({
    atOnce: ["5 tab@hers 1"],
    later: ["5 a program 1", "6 load demo"],
  });
});

it("a page without a profile keeps nothing of those that have one", () => {
  expect(isOthers(nameOfTab("tab", "hers"), null)).toBe(true);
  expect(isOthers(nameOfTab("tab", null), "mine")).toBe(false);
});
