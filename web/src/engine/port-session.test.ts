import { expect, it, onTestFinished } from "vitest";
import demo from "virtual:demo-model";
import { buildCatalogue } from "../models/catalogue";
import { type EngineMessage, PROTOCOL, type QueryResult } from "../protocol/wire";
import { eventually } from "../testing/eventually";
import { EngineHost } from "./host";
import { EngineServer } from "./server";
import type { Services } from "./services";

/** Both sides of a port, and what has come to the client's. */
function greeted(services: Services): { room: MessagePort; port: MessagePort; sent: EngineMessage[] } {
  const host = new EngineHost({
    catalogue: buildCatalogue(null, demo, []),
    choose: () => Promise.reject(new Error("Nothing is loaded here.")),
  });
  const { port1: room, port2: port } = new MessageChannel();
  const sent: EngineMessage[] = [];
  port.addEventListener("message", ({ data }: MessageEvent<EngineMessage>) => {
    sent.push(data);
  });
  port.start();
  new EngineServer(host, { epoch: "now", lock: "lock" }, services).accept(room);
  port.postMessage({ type: "hello", protocol: PROTOCOL, client: "page:a" });
  onTestFinished(() => {
    port.close();
  });
  return { room, port, sent };
}

/** Observes nothing until it is cancelled. */
const observe: Services["openings"]["observe"] = (_command, sink, signal) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      sink.finish({ type: "failure", error: { code: "aborted", message: "The observation ended." } });
      resolve();
    });
  });

it("says nothing more to a client that has gone, whatever it had asked for", async () => {
  let answer: (result: QueryResult) => void = () => undefined;
  const gone: string[] = [];
  const { room, port, sent } = greeted({
    queries: {
      ping: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    },
    openings: { observe },
    gone: ({ name }) => {
      gone.push(name);
    },
  });
  port.postMessage({ type: "ping", id: "1", epoch: "now" });
  port.postMessage({ type: "observe", id: "2", epoch: "now", credit: 1 });
  port.postMessage({ type: "status", id: "3", epoch: "now" });
  await eventually(() => {
    expect(sent).toHaveLength(2);
  });
  room.dispatchEvent(new Event("close"));
  answer({ type: "pong" });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(sent.map(({ type }) => type)).toEqual(["hello", "status"]);
  expect(gone).toEqual(["page:a"]);
});

it("opens no second stream under an id that is in use, and leaves the first as it was", async () => {
  const { port, sent } = greeted({ queries: {}, openings: { observe } });
  port.postMessage({ type: "observe", id: "2", epoch: "now", credit: 1 });
  port.postMessage({ type: "observe", id: "2", epoch: "now", credit: 1 });
  port.postMessage({ type: "cancel", id: "2", epoch: "now" });
  await eventually(() => {
    expect(sent.slice(1)).toMatchObject([
      { type: "refused", id: "2", error: { code: "invalid_request" } },
      { type: "batch", id: "2", events: [{ type: "failure", error: { code: "aborted" } }] },
    ]);
  });
});
