import { PROTOCOL } from "../protocol/wire";
import { afterEach, describe, expect, it } from "vitest";
import type { ClientMessage, EngineMessage, EngineState } from "../protocol/wire";
import { ask, DEMO, ramble, readAll, Rig, say, textOf } from "../testing/rig";
import { EngineClient } from "./client";

let rig: Rig;
afterEach(() => {
  rig.die();
});

describe("a conversation with the engine", () => {
  it("loads a model with progress, then answers in deltas, and names the engine", async () => {
    rig = new Rig(() => say("Hello from the script."), {
      load: { reports: [{ stage: "download", fraction: 0.5, loadedBytes: 5, totalBytes: 10, text: "half" }] },
    });
    const client = rig.client();
    const loaded = await readAll(client.load(DEMO));
    expect(loaded.map((event) => event.type)).toEqual(["progress", "progress", "loaded"]);
    expect(loaded.at(-1)).toMatchObject({ model: { id: DEMO, engine: { kind: "scripted" } } });

    const events = await readAll(client.complete(ask("hi")));
    expect(events[0]).toMatchObject({ type: "started", model: DEMO, engine: { kind: "scripted" } });
    expect(textOf(events)).toBe("Hello from the script.");
    expect(events.at(-1)).toMatchObject({ type: "finished", reason: "stop" });
  });

  it("answers two questions asked at once one after the other", async () => {
    const running: string[] = [];
    rig = new Rig((body) => {
      running.push(JSON.stringify(body.messages[0].content));
      return say(`You asked ${JSON.stringify(body.messages[0].content)}`, 1);
    });
    const client = rig.client();
    void client.load(DEMO);
    const [first, second] = await Promise.all([
      readAll(client.complete(ask("one"))),
      readAll(client.complete(ask("two"))),
    ]);
    expect(textOf(first)).toBe('You asked "one"');
    expect(textOf(second)).toBe('You asked "two"');
    expect(running).toEqual(['"one"', '"two"']);
  });

  it("lets a completion wait for the load that is under way", async () => {
    rig = new Rig(() => say("ready"), { load: { pauseMs: 20 } });
    const client = rig.client();
    client.load(DEMO);
    expect(textOf(await readAll(client.complete(ask("hi"))))).toBe("ready");
  });

  it("tells a completion why the load it waited for failed", async () => {
    rig = new Rig(() => say("never"), {
      load: {
        error: { code: "download_failed", message: "The network is gone.", hint: "Check the connection." },
      },
    });
    const client = rig.client();
    const load = client.load(DEMO);
    const events = await readAll(client.complete(ask("hi")));
    expect((await readAll(load)).at(-1)).toMatchObject({
      type: "failure",
      error: { code: "download_failed" },
    });
    expect(events).toEqual([
      {
        type: "failure",
        error: {
          code: "model_not_loaded",
          message: `The model ${DEMO} did not load: The network is gone.`,
          hint: "Check the connection.",
          details: { wanted: DEMO, cause: "download_failed" },
        },
      },
    ]);
  });

  it("refuses a completion without a model, and one for another model, naming both", async () => {
    rig = new Rig(() => say("x"));
    const client = rig.client();
    expect(await readAll(client.complete(ask("hi")))).toMatchObject([
      { error: { code: "model_not_loaded" } },
    ]);
    await readAll(client.load(DEMO));
    const [event] = await readAll(client.complete(ask("hi", { model: "other" })));
    expect(event).toMatchObject({
      error: { code: "model_not_loaded", details: { wanted: "other", loaded: DEMO } },
    });
  });

  it("keeps the model that is loaded when another is asked for that does not exist", async () => {
    rig = new Rig(() => say("still here"));
    const client = rig.client();
    await readAll(client.load(DEMO));
    const [event] = await readAll(client.load("webllm-dmo-1"));
    expect(event).toMatchObject({
      type: "failure",
      error: { code: "model_not_found", hint: expect.stringContaining(`Did you mean ${DEMO}, `) as string },
    });
    expect(textOf(await readAll(client.complete(ask("hi"))))).toBe("still here");
  });

  it("keeps clients on several ports apart and tells all of them the state", async () => {
    rig = new Rig(() => say("shared"));
    const [a, b] = [rig.client(), rig.client()];
    const seen: EngineState["type"][] = [];
    b.onState((state) => seen.push(state.type), new AbortController().signal);
    await readAll(a.load(DEMO));
    expect(textOf(await readAll(b.complete(ask("hi"))))).toBe("shared");
    expect((await a.status()).type).toBe("ready");
    expect(seen).toContain("loading");
    expect(seen.at(-1)).toBe("ready");
  });

  it("lists the catalogue and unloads", async () => {
    rig = new Rig(() => say("x"));
    const client = rig.client();
    expect((await client.models())[0]).toMatchObject({ id: DEMO, embedded: true });
    await readAll(client.load(DEMO));
    expect(await client.unload()).toEqual({ type: "empty" });
    expect(rig.engines[0]?.unloaded).toBe(true);
  });
});

describe("cancelling", () => {
  it("ends a running answer with the text so far and reason abort, and the next question is answered", async () => {
    let scripts = [ramble(), say("answered")];
    rig = new Rig(() => scripts.shift() ?? say("too many"));
    const client = rig.client();
    await readAll(client.load(DEMO));
    const stream = client.complete(ask("one"));
    await stream.next();
    await stream.next();
    stream.cancel();
    stream.cancel();
    expect((await readAll(stream)).at(-1)).toMatchObject({ type: "finished", reason: "abort" });
    expect(textOf(await readAll(client.complete(ask("two"))))).toBe("answered");
    scripts = [];
  });

  it("lets the engine write no more than the token that it is at and the one behind it", async () => {
    let written = 0;
    function* endless(): Generator<string> {
      for (;;) yield `${String(++written)} `;
    }
    rig = new Rig(() => ({ deltas: endless(), pauseMs: 1, end: { reason: "length" } }));
    const client = rig.client();
    await readAll(client.load(DEMO));
    for (let time = 0; time < 20; time += 1) {
      const stream = client.complete(ask("count"));
      await stream.next();
      await stream.next();
      const before = written;
      stream.cancel();
      expect((await readAll(stream)).at(-1)).toMatchObject({ type: "finished", reason: "abort" });
      expect(written - before).toBeLessThanOrEqual(2);
    }
  });

  it("takes a waiting request out of the queue without touching the one that runs", async () => {
    const asked: unknown[] = [];
    rig = new Rig((body) => {
      asked.push(body.messages[0].content);
      return say("the first goes on", 2);
    });
    const client = rig.client();
    await readAll(client.load(DEMO));
    const first = client.complete(ask("first"));
    const second = client.complete(ask("second"));
    second.cancel();
    expect(await readAll(second)).toMatchObject([{ type: "failure", error: { code: "aborted" } }]);
    expect(textOf(await readAll(first))).toBe("the first goes on");
    expect(asked).toEqual(["first"]);
  });

  it("ends a load with failure aborted and leaves no model behind", async () => {
    // An engine that goes on reporting after it was told to stop.
    const report = {
      stage: "compile",
      fraction: 0.7,
      loadedBytes: null,
      totalBytes: null,
      text: "",
    } as const;
    rig = new Rig(() => say("x"), { load: { pauseMs: 60_000, reports: [report, report] } });
    const client = rig.client();
    const load = client.load(DEMO);
    await load.next();
    load.cancel();
    expect((await readAll(load)).at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
    expect(await client.status()).toEqual({ type: "empty" });
    expect(rig.engines[0]?.unloaded).toBe(true);
  });

  it("ends a request that was never sent because the engine has not said hello", async () => {
    rig = new Rig(() => say("x"));
    const { port1 } = new MessageChannel();
    const client = new EngineClient(port1);
    const stream = client.complete(ask("hi"));
    stream.cancel();
    expect(await readAll(stream)).toMatchObject([{ type: "failure", error: { code: "aborted" } }]);
    client.close();
  });

  it("frees the engine when the page that asked has gone", async () => {
    const scripts = [ramble(), say("mine")];
    rig = new Rig(() => scripts.shift() ?? say("too many"));
    const [gone, stays] = [rig.client(), rig.client()];
    await readAll(gone.load(DEMO));
    await gone.complete(ask("for ever")).next();
    gone.close();
    expect(textOf(await readAll(stays.complete(ask("hi"))))).toBe("mine");
  });
});

describe("back-pressure", () => {
  it("sends no more batches than the credit allows, and loses nothing", async () => {
    const words = Array.from({ length: 500 }, (_, index) => `w${String(index)} `);
    let said = 0;
    function* speak(): Generator<string> {
      for (const word of words) {
        said += 1;
        yield word;
      }
    }
    rig = new Rig(() => ({ deltas: speak(), end: { reason: "stop" } }));
    const port = rig.port();
    let batches = 0;
    port.addEventListener("message", (event: MessageEvent<EngineMessage>) => {
      if (event.data.type === "batch" && event.data.events.some(({ type }) => type === "delta")) batches += 1;
    });
    const client = new EngineClient(port, { locks: rig.locks, credit: 2 });
    await readAll(client.load(DEMO));
    const stream = client.complete(ask("much"));
    // The engine has had time to say a good deal, and would have sent it.
    while (said < 50) await client.status();
    // One of the two went to "started"; the last batch needs no credit.
    expect(batches).toBeLessThanOrEqual(2);
    expect(textOf(await readAll(stream))).toBe(words.join(""));
  });
});

describe("a partner that is not what it should be", () => {
  it("is refused when it speaks another protocol, and told to reload", async () => {
    rig = new Rig(() => say("x"));
    const port = rig.port();
    const answer = new Promise<EngineMessage>((resolve) => {
      port.onmessage = (event: MessageEvent<EngineMessage>) => {
        resolve(event.data);
      };
    });
    port.postMessage({ type: "hello", protocol: { min: 7, max: 9 }, client: "old" });
    expect(await answer).toMatchObject({ type: "refused", error: { code: "protocol_mismatch" } });
  });

  it("ends the client at once when the engine refuses its protocol", async () => {
    rig = new Rig(() => say("x"));
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      const refused: EngineMessage = {
        type: "refused",
        id: null,
        epoch: "e",
        error: {
          code: "protocol_mismatch",
          message: "The engine speaks protocol 2.",
          hint: "Reload the page.",
        },
      };
      port2.postMessage(refused);
    };
    const client = new EngineClient(port1);
    const stream = client.complete(ask("hi"));
    await expect(client.ready).rejects.toMatchObject({ code: "protocol_mismatch" });
    expect(await readAll(stream)).toMatchObject([{ type: "failure", error: { code: "protocol_mismatch" } }]);
    port2.close();
  });

  it("does not hold anybody up when it never says hello", async () => {
    rig = new Rig(() => say("x"));
    const { port1 } = new MessageChannel();
    const client = new EngineClient(port1, { helloTimeoutMs: 5 });
    expect(await readAll(client.load(DEMO))).toMatchObject([{ type: "failure", error: { code: "timeout" } }]);
    expect((await client.closed).code).toBe("timeout");
  });

  it("is told what is wrong with a request, and the others go on", async () => {
    rig = new Rig(() => say("fine"));
    const client = rig.client();
    await readAll(client.load(DEMO));
    const [event] = await readAll(client.complete({ ...ask("hi"), temperature: 99 }));
    expect(event).toMatchObject({
      type: "failure",
      error: { code: "invalid_request", details: { where: "#/body/temperature" } },
    });
    expect(textOf(await readAll(client.complete(ask("hi"))))).toBe("fine");
  });

  it("fails an answer of which a part was lost on the way, and stops the engine", async () => {
    rig = new Rig(() => say("x"));
    const { port1, port2 } = new MessageChannel();
    const received: ClientMessage[] = [];
    const post = (message: EngineMessage): void => {
      port2.postMessage(message);
    };
    port2.onmessage = ({ data }: MessageEvent<ClientMessage>) => {
      received.push(data);
      if (data.type === "hello") {
        post({
          type: "hello",
          protocol: PROTOCOL,
          epoch: "e",
          lock: "l",
          state: { type: "empty" },
        });
      } else if (data.type === "complete") {
        post({
          type: "batch",
          id: data.id,
          epoch: "e",
          sequence: 1,
          events: [{ type: "delta", text: "late" }],
        });
      }
    };
    const client = new EngineClient(port1);
    expect(await readAll(client.complete(ask("hi")))).toMatchObject([
      { type: "failure", error: { code: "internal" } },
    ]);
    await expect.poll(() => received.at(-1)?.type).toBe("cancel");
    client.close();
  });

  it("is not heard when it means another epoch", async () => {
    rig = new Rig(() => ramble());
    const port = rig.port();
    const received: EngineMessage[] = [];
    port.onmessage = (event: MessageEvent<EngineMessage>) => received.push(event.data);
    const post = (message: ClientMessage): void => {
      port.postMessage(message);
    };
    post({ type: "hello", protocol: PROTOCOL, client: "test" });
    post({ type: "models", id: "old", epoch: "of an earlier life" });
    post({ type: "models", id: "new", epoch: rig.epoch });
    await expect.poll(() => received.some((message) => message.type === "models")).toBe(true);
    expect(received.filter((message) => message.type === "models").map(({ id }) => id)).toEqual(["new"]);
  });
});

describe("the worker's death", () => {
  it("ends every pending stream at once with worker_died, keeping the text that came", async () => {
    rig = new Rig(() => ramble());
    const client = rig.client();
    await readAll(client.load(DEMO));
    const running = client.complete(ask("one"));
    const waiting = client.complete(ask("two"));
    await running.next();
    await running.next();
    rig.die();
    expect((await readAll(running)).at(-1)).toMatchObject({
      type: "failure",
      error: { code: "worker_died" },
    });
    expect(await readAll(waiting)).toMatchObject([{ type: "failure", error: { code: "worker_died" } }]);
    expect((await client.closed).code).toBe("worker_died");
    expect(await readAll(client.complete(ask("three")))).toMatchObject([{ error: { code: "worker_died" } }]);
    await expect(client.models()).rejects.toMatchObject({ code: "worker_died" });
  });

  it("ends a stream that was being cancelled with aborted", async () => {
    rig = new Rig(() => ramble());
    const client = rig.client();
    await readAll(client.load(DEMO));
    const stream = client.complete(ask("one"));
    await stream.next();
    rig.die();
    stream.cancel();
    expect((await readAll(stream)).at(-1)).toMatchObject({ type: "failure", error: { code: "aborted" } });
  });

  it("is told apart from a lost model: the worker lives and brings the model back by itself", async () => {
    const scripts = [ramble(), say("back again")];
    rig = new Rig(() => scripts.shift() ?? say("too many"));
    const client = rig.client();
    await readAll(client.load(DEMO));
    const stream = client.complete(ask("one"));
    // The first text has come: this engine cannot go on behind it.
    for (let text = ""; text === "";) text = textOf((await stream.next()) ?? []);
    rig.engines[0]?.lose({ code: "device_lost", message: "The GPU was lost." });
    expect((await readAll(stream)).at(-1)).toMatchObject({ type: "failure", error: { code: "device_lost" } });
    expect(textOf(await readAll(client.complete(ask("two"))))).toBe("back again");
    expect(await client.status()).toMatchObject({ type: "ready" });
  });
});
