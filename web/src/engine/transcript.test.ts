import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { DEMO, readAll, Rig, textOf } from "../testing/rig";
import type { StreamEvent } from "../protocol/wire";
import { readTranscript, type RecordedCompletion } from "./transcript";

const FOLDER = new URL("../../../protocol/transcripts/", import.meta.url);

let rig: Rig;
afterEach(() => {
  rig.die();
});

/** Plays one recorded completion through the real protocol and returns what came of it. */
async function replay(recorded: RecordedCompletion): Promise<StreamEvent[]> {
  rig = new Rig(() => recorded.script);
  const client = rig.client();
  await readAll(client.load(DEMO));
  const stream = client.complete({ ...recorded.body, model: DEMO });
  if (!recorded.cancelled) return readAll(stream);
  const events: StreamEvent[] = [];
  while (textOf(events) !== textOf(recorded.events)) events.push(...((await stream.next()) ?? []));
  stream.cancel();
  return [...events, ...(await readAll(stream))];
}

describe.each(readdirSync(FOLDER))("the recorded exchange %s", (name) => {
  const completions = readTranscript(readFileSync(new URL(name, FOLDER), "utf8"));

  it.each(completions.map((completion, index) => [index, completion] as const))(
    "comes out of the real server as it was recorded (completion %i)",
    async (_index, recorded) => {
      const events = await replay(recorded);
      expect(events[0]?.type).toBe("started");
      expect(textOf(events)).toBe(textOf(recorded.events));
      const [end, recordedEnd] = [events.at(-1), recorded.events.at(-1)];
      if (end?.type === "finished" && recordedEnd?.type === "finished")
        expect(end.reason).toBe(recordedEnd.reason);
      else expect(end).toEqual(recordedEnd);
    },
  );
});
