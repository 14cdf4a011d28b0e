import { afterEach, expect, it } from "vitest";
import { readAll, Rig, say } from "../testing/rig";
import type { EngineEvent, StreamEvent } from "../protocol/wire";
import { EngineJournal } from "./journal";
import { observeService } from "./observe";

let rig: Rig;
afterEach(() => {
  rig.die();
});

function rigWith(journal: EngineJournal): Rig {
  return (rig = new Rig(() => say("unused"), { services: () => observeService(journal) }));
}

const eventsOf = (events: StreamEvent[]): EngineEvent[] =>
  events.flatMap((event) => (event.type === "observed" ? [event.event] : []));

/** Waits until the worker has taken everything that was sent to it. */
const settled = (client: ReturnType<Rig["client"]>): Promise<unknown> => client.status();

it("tells what happens from now on, in order, until it is cancelled", async () => {
  const journal = new EngineJournal();
  const client = rigWith(journal).client();
  journal.record("client_connected", null);
  const stream = client.stream({ type: "observe", credit: 8 });
  await settled(client);
  for (let index = 0; index < 20; index += 1) journal.record("tokens", "m", { index });
  stream.cancel();
  const events = await readAll(stream);
  expect(eventsOf(events).map(({ details }) => details.index)).toEqual([...Array(20).keys()]);
  expect(events.at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
});

it("notes who comes and who goes", async () => {
  const journal = new EngineJournal();
  const client = rigWith(journal).client({ name: "a page" });
  await client.ready;
  client.close();
  await expect
    .poll(() => journal.events.map(({ name }) => name))
    .toEqual(["client_connected", "client_gone"]);
  expect(journal.events[0]?.details).toEqual({ client: "0:", name: "a page" });
});

it("counts for a slow reader what it could not keep", async () => {
  const journal = new EngineJournal();
  const client = rigWith(journal).client();
  const stream = client.stream({ type: "observe", credit: 1 });
  await settled(client);
  journal.record("tokens", "m", { index: -1 });
  for (let index = 0; index < 2_000; index += 1) journal.record("tokens", "m", { index });
  stream.cancel();
  const events = eventsOf(await readAll(stream));
  const dropped = events.reduce((sum, { details }) => sum + Number(details.dropped ?? 0), 0);
  expect(dropped).toBeGreaterThan(0);
  expect(events.length + dropped).toBe(2_001);
  expect(events.at(-1)?.details.index).toBe(1_999);
});
