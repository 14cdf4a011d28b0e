import { afterEach } from "vitest";
import type { EngineClient } from "../bridge/client";
import type { EventStream } from "../bridge/event-stream";
import { batchService } from "../engine/batch";
import type { BatchStore } from "../engine/batch-store";
import { EngineJournal } from "../engine/journal";
import type { Script } from "../engine/scripted";
import type { BatchBody, BatchItemDone, CompletionBody, StreamEvent } from "../protocol/wire";
import { DEMO, readAll, Rig, say } from "./rig";

const rigs: Rig[] = [];
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.die();
});

const promptOf = ({ messages }: CompletionBody): string => {
  const content = messages.at(-1)?.content;
  return typeof content === "string" ? content : "";
};

interface Room {
  /** Prompts in the order in which the engine was asked. */
  asked: string[];
  journal: EngineJournal;
  client: EngineClient;
  rig: Rig;
}

type Answer = (prompt: string, body: CompletionBody) => Script;

/** An engine room with a model; `store` outlives it. */
export async function room(
  store: BatchStore,
  answer: Answer = (prompt) => say(`about ${prompt}`),
  { limit, lanes }: { limit?: number; lanes?: number } = {},
): Promise<Room> {
  const asked: string[] = [];
  const journal = new EngineJournal();
  const rig = new Rig(
    (body) => {
      asked.push(promptOf(body));
      return answer(promptOf(body), body);
    },
    {
      ...(lanes === undefined ? {} : { lanes }),
      services: (host) => batchService({ host, journal, store: () => Promise.resolve(store), limit }),
    },
  );
  rigs.push(rig);
  const client = rig.client();
  await readAll(client.load(DEMO));
  return { asked, journal, client, rig };
}

export const batch = (client: EngineClient, body: BatchBody): EventStream =>
  client.stream({ type: "batch", body, credit: 8 });

export const itemsOf = (events: StreamEvent[]): BatchItemDone[] =>
  events.filter((event) => event.type === "batch_item");

export const prompts = (count: number): [string, ...string[]] => [
  "p0",
  ...Array.from({ length: count - 1 }, (_, index) => `p${String(index + 1)}`),
];

/** Reads until so many items have come. */
export async function readItems(stream: EventStream, count: number): Promise<BatchItemDone[]> {
  const items: BatchItemDone[] = [];
  while (items.length < count) {
    const events = await stream.next();
    if (events === null) throw new Error("The stream has ended.");
    items.push(...itemsOf(events));
  }
  return items;
}
