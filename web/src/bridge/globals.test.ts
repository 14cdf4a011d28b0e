import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import type { Completion, CompletionFailure, EngineState, ModelRecord, StreamEvent } from "../protocol/wire";
import { ask, DEMO, ramble, Rig, say, textOf } from "../testing/rig";
import { type BridgeGlobals, type Chunk, installBridge, type JsonStream } from "./globals";
import { installStore, type StoreGlobals } from "./store";

let rig: Rig;
afterEach(() => {
  rig.die();
});

function bridge(
  answer: ConstructorParameters<typeof Rig>[0],
  options?: ConstructorParameters<typeof Rig>[1],
): BridgeGlobals {
  rig = new Rig(answer, options);
  const scope = {};
  installBridge(scope, rig.link({ attachTimeoutMs: 50 }));
  return scope as BridgeGlobals;
}

async function readJson(stream: JsonStream): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for (let text = await stream.next(); text !== null; text = await stream.next()) {
    events.push(...(JSON.parse(text) as StreamEvent[]));
  }
  return events;
}

async function taken(stream: JsonStream): Promise<string | null> {
  const given = await new Promise<string | Uint8Array | null>((resolve) => {
    stream.next_to(resolve);
  });
  return given instanceof Uint8Array ? new TextDecoder().decode(given) : given;
}

const load = (globals: BridgeGlobals): Promise<StreamEvent[]> =>
  readJson(globals.js_llm_load(JSON.stringify({ model: DEMO })));

describe("the functions that Python finds", () => {
  it("stream batches of events as JSON text and end with null, every time it is asked", async () => {
    const globals = bridge(() => say("Hello there."));
    expect((await load(globals)).at(-1)?.type).toBe("loaded");
    const stream = globals.js_llm_stream(JSON.stringify(ask("hi")));
    expect(textOf(await readJson(stream))).toBe("Hello there.");
    expect(await stream.next()).toBeNull();
  });

  it("hand the same batches to a function, and none any more to one whose stream was cancelled", async () => {
    const globals = bridge(() => ramble());
    await load(globals);
    const stream = globals.js_llm_stream(JSON.stringify(ask("hi")));
    expect(JSON.parse((await taken(stream)) ?? "")).toMatchObject([{ type: "started" }]);
    const late: unknown[] = [];
    stream.next_to((json) => late.push(json));
    stream.cancel();
    const ended = globals.js_llm_stream("not JSON");
    expect(JSON.parse((await taken(ended)) ?? "")).toMatchObject([{ type: "failure" }]);
    expect(await taken(ended)).toBeNull();
    await expect.poll(() => stream.next()).toBeNull();
    expect(late).toEqual([]);
  });

  it("hand over a long text as its bytes, and a short one as it is", async () => {
    // One word, which comes in one piece.
    const long = "Grüße,世界\ud83d\n".repeat(1000);
    const globals = bridge(() => say(long));
    await load(globals);
    const stream = globals.js_llm_stream(JSON.stringify(ask("hi")));
    const kinds: string[] = [];
    const events: StreamEvent[] = [];
    for (;;) {
      const given = await new Promise<string | Uint8Array | null>((resolve) => {
        stream.next_to(resolve);
      });
      if (given === null) break;
      const json = typeof given === "string" ? given : new TextDecoder().decode(given);
      kinds.push(`${json.length < 4096 ? "short" : "long"}: ${typeof given === "string" ? "text" : "bytes"}`);
      events.push(...(JSON.parse(json) as StreamEvent[]));
    }
    expect(textOf(events)).toBe(long);
    expect(kinds).toContain("long: bytes");
    expect(kinds.filter((kind) => kind === "long: text" || kind === "short: bytes")).toEqual([]);
    const short = globals.js_llm_stream("not JSON");
    expect(
      await new Promise((resolve) => {
        short.next_to(resolve);
      }),
    ).toBeTypeOf("string");
  });

  it("collect an answer into an OpenAI completion that names the engine", async () => {
    const globals = bridge(() => say("Hello there."));
    await load(globals);
    const completion = JSON.parse(await globals.js_llm_complete(JSON.stringify(ask("hi")))) as Completion;
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: DEMO,
      choices: [{ index: 0, message: { role: "assistant", content: "Hello there." }, finish_reason: "stop" }],
      engine: { kind: "scripted" },
    });
  });

  it("resolve with the error and the text so far when the engine fails in the middle", async () => {
    const globals = bridge(() => ({
      deltas: ["Hel"],
      end: { error: { code: "engine_failed", message: "It broke." } },
    }));
    await load(globals);
    const failed = JSON.parse(await globals.js_llm_complete(JSON.stringify(ask("hi")))) as CompletionFailure;
    expect(failed).toEqual({ error: { code: "engine_failed", message: "It broke." }, partial: "Hel" });
  });

  it("call back with chunks for the older recipes, and say when it is done", async () => {
    const globals = bridge(() => say("one two "));
    await load(globals);
    const chunks: Chunk[] = [];
    const answer = await globals.js_llm_complete_streaming(JSON.stringify(ask("hi")), (chunk) =>
      chunks.push(chunk),
    );
    expect(chunks.at(-1)).toEqual({ type: "done" });
    expect(chunks.map((chunk) => (chunk.type === "delta" ? chunk.content : "")).join("")).toBe("one two ");
    expect((JSON.parse(answer) as Completion).choices[0].message.content).toBe("one two ");
  });

  it("stop the engine and resolve when a callback throws", async () => {
    const scripts = [ramble(), say("next")];
    const globals = bridge(() => scripts.shift() ?? say(""));
    await load(globals);
    const answer = await globals.js_llm_complete_streaming(JSON.stringify(ask("hi")), () => {
      throw new Error("Python is gone");
    });
    expect(JSON.parse(answer)).toMatchObject({ error: { code: "internal" } });
    expect(JSON.parse(await globals.js_llm_complete(JSON.stringify(ask("again"))))).toMatchObject({
      choices: [{ message: { content: "next" } }],
    });
  });

  it.each(["{not json", "null", "42"])("answer %s with a failure instead of throwing", async (request) => {
    const globals = bridge(() => say("x"));
    for (const stream of [globals.js_llm_stream(request), globals.js_llm_load(request)]) {
      expect(await readJson(stream)).toMatchObject([{ type: "failure", error: { code: "invalid_request" } }]);
    }
    expect(JSON.parse(await globals.js_llm_complete(request))).toMatchObject({
      error: { code: "invalid_request" },
    });
  });

  it("list models and tell the state", async () => {
    const globals = bridge(() => say("x"));
    expect((JSON.parse(await globals.js_llm_models()) as ModelRecord[])[0]?.id).toBe(DEMO);
    expect(JSON.parse(await globals.js_llm_status()) as EngineState).toEqual({ type: "empty" });
  });

  it("resolve with an error, not hang, when the engine dies while the state is asked for", async () => {
    const globals = bridge(() => say("x"));
    const state = globals.js_llm_status();
    rig.die();
    expect(JSON.parse(await state)).toMatchObject({ error: { code: "worker_died" } });
  });
});

describe("the store that Python finds", () => {
  it("keeps, lists by prefix, and forgets documents", async () => {
    rig = new Rig(() => say("x"));
    const scope = {};
    installStore(scope);
    const store = scope as StoreGlobals;
    expect(await store.js_store_get("notes/1")).toBeNull();
    await store.js_store_set("notes/1", '"a"');
    await store.js_store_set("notes/2", '"b"');
    await store.js_store_set("todo/1", '"c"');
    expect(await store.js_store_get("notes/1")).toBe('"a"');
    expect(JSON.parse(await store.js_store_keys("notes/"))).toEqual(["notes/1", "notes/2"]);
    expect(await store.js_store_replace("notes/1", '"x"', '"late"')).toBe(false);
    expect(await store.js_store_replace("notes/1", '"a"', '"b"')).toBe(true);
    expect(await store.js_store_replace("notes/3", null, '"new"')).toBe(true);
    expect(await store.js_store_get("notes/1")).toBe('"b"');
    await store.js_store_delete("notes/3");
    await store.js_store_delete("notes/1");
    expect(JSON.parse(await store.js_store_keys("notes/"))).toEqual(["notes/2"]);
    await store.js_store_delete("notes/1");
  });
});
