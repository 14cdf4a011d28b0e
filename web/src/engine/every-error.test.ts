import { afterEach, describe, expect, it } from "vitest";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import { EngineClient } from "../bridge/client";
import { type BridgeGlobals, installBridge } from "../bridge/globals";
import { EngineLink } from "../bridge/link";
import type { ErrorCode, StreamEvent } from "../protocol/wire";
import { MemoryLocks } from "../testing/locks";
import { ask, DEMO, Rig, ramble, readAll } from "../testing/rig";
import { Catalogue, type CatalogueEntry } from "../models/catalogue";
import { readDevice } from "../models/device";
import { refusalOfGpu } from "../models/placement";
import type { Engine } from "./engine";
import { failure } from "./errors";
import { EngineHost } from "./host";
import { EngineServer } from "./server";

/** What engines, browsers and runtimes throw, by where it happens and the code that has to arrive. */
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });
const RAW: readonly ["load" | "complete", ErrorCode, Error][] = [
  ["load", "download_failed", new TypeError("Failed to fetch")],
  ["load", "integrity_failed", named("IntegrityError", "Integrity check failed for params_shard_0.bin")],
  ["load", "quota_exceeded", new DOMException("The quota has been exceeded.", "QuotaExceededError")],
  ["load", "out_of_memory", named("GPUOutOfMemoryError", "Not enough memory left.")],
  ["load", "device_lost", named("DeviceLostError", "The device was lost.")],
  ["load", "shader_failed", named("GPUPipelineError", "[Invalid ShaderModule]")],
  ["load", "engine_failed", new Error("something nobody has seen before")],
  ["complete", "out_of_memory", new RangeError("WebAssembly.Memory(): could not allocate memory")],
  ["complete", "device_lost", new Error("Instance dropped in onSubmittedWorkDone")],
  [
    "complete",
    "context_exceeded",
    named("ContextWindowSizeExceededError", "number of prompt tokens: 6019; context window size: 2048"),
  ],
  [
    "complete",
    "context_exceeded",
    new Error("request (6019 tokens) exceeds the available context size (2048 tokens)"),
  ],
  ["complete", "invalid_request", named("MessageOrderError", "Last message should be from user.")],
  ["complete", "unsupported", named("UnsupportedFieldsError", "no such field")],
  ["complete", "grammar_failed", named("GrammarMatcherInitError", "cannot compile")],
  ["complete", "engine_failed", named("RuntimeError", "Aborted()")],
  ["complete", "internal", failure("internal", "It cannot be.")],
];

const LIMITS = { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 };
const DEVICES = [
  ["webgpu_unavailable", undefined],
  ["adapter_unavailable", { requestAdapter: () => Promise.resolve(null) }],
  [
    "feature_missing",
    { requestAdapter: () => Promise.resolve({ features: new Set<string>(), limits: LIMITS }) },
  ],
] as const;
/** What the tests below raise without a table. */
const OTHERS = [
  "model_not_found",
  "model_not_loaded",
  "invalid_request",
  "aborted",
  "worker_died",
  "protocol_mismatch",
  // heartbeat.test.ts, queue.test.ts, and where a download asks for consent.
  "engine_hung",
  "busy",
  "consent_required",
];
/** Python and the page raise these themselves, and servers the rest. */
const ELSEWHERE = [
  ...["python_failed", "timeout", "authentication_failed", "access_denied", "rate_limited"],
  ...["server_unavailable", "server_unreachable", "stream_broken", "content_filtered"],
];

const entry: CatalogueEntry = {
  kind: "text",
  webllm: { model: "https://example.test/m", model_id: DEMO, model_lib: "https://example.test/l" },
  record: {
    id: DEMO,
    name: "Demo",
    devices: ["webgpu"],
    download_bytes: null,
    memory_mb: null,
    context_window: 2048,
    quantization: "q4f16_1",
    required_features: ["shader-f16"],
    low_resource: true,
    embedded: true,
  },
};

/** An engine at the bottom of the stack, which throws what a real one would. */
class Throws implements Engine {
  readonly lost = new Promise<never>(() => undefined);
  constructor(
    private readonly when: "load" | "complete",
    private readonly raw: Error,
  ) {}
  load(): ReturnType<Engine["load"]> {
    if (this.when === "load") return Promise.reject(this.raw);
    return Promise.resolve({
      id: DEMO,
      context_window: 2048,
      dialect: "default",
      quantization: "none",
      engine: { kind: "scripted", version: "1", device: "none", adapter: null },
      capabilities: {
        constraint: "none",
        native_tools: false,
        json_schema: false,
        logprobs: false,
        images: false,
      },
    });
  }
  complete(): ReturnType<Engine["complete"]> {
    return Promise.reject(this.raw);
  }
  completeText(): ReturnType<Engine["completeText"]> {
    return Promise.reject(this.raw);
  }
  embed(): ReturnType<Engine["embed"]> {
    return Promise.reject(this.raw);
  }
  unload(): Promise<void> {
    return Promise.resolve();
  }
}

/** The functions that Python finds, over the real link, port, server, host and queue. */
function bridgeOver(choose: ConstructorParameters<typeof EngineHost>[0]["choose"]): BridgeGlobals {
  const host = new EngineHost({ catalogue: new Catalogue([entry]), choose });
  const locks = new MemoryLocks();
  locks.hold("engine");
  const link = new EngineLink({ locks });
  const { port1, port2 } = new MessageChannel();
  new EngineServer(host, { epoch: "one", lock: "engine" }).accept(port1);
  link.attach(port2);
  const scope = {};
  installBridge(scope, link);
  return scope as BridgeGlobals;
}

async function lastOf(stream: { next(): Promise<string | null> }): Promise<StreamEvent | undefined> {
  let last: StreamEvent | undefined;
  for (let text = await stream.next(); text !== null; text = await stream.next()) {
    last = (JSON.parse(text) as StreamEvent[]).at(-1);
  }
  return last;
}

function expectCode(event: StreamEvent | undefined, code: ErrorCode): void {
  expect(event).toMatchObject({ type: "failure", error: { code } });
  if (event?.type === "failure") expect(event.error.message).not.toBe("");
}

describe("every error, from where it is thrown to the function that Python calls", () => {
  it.each(RAW)("%s: %s", async (when, code, raw) => {
    const bridge = bridgeOver(() => Promise.resolve({ device: "none", create: () => new Throws(when, raw) }));
    const loaded = await lastOf(bridge.js_llm_load(JSON.stringify({ model: DEMO })));
    if (when === "load") {
      expectCode(loaded, code);
      return;
    }
    expectCode(await lastOf(bridge.js_llm_stream(JSON.stringify(ask("hi")))), code);
  });

  it.each(DEVICES)("a device that cannot: %s", async (code, gpu) => {
    const bridge = bridgeOver(async () => {
      const refusal = refusalOfGpu(entry, await readDevice(gpu === undefined ? {} : { gpu }));
      throw refusal ?? new Error("It was not refused.");
    });
    expectCode(await lastOf(bridge.js_llm_load(JSON.stringify({ model: DEMO, device: "webgpu" }))), code);
  });

  it("a model that nobody knows, and an answer without a model", async () => {
    const bridge = bridgeOver(() => Promise.reject(new Error("not reached")));
    expectCode(await lastOf(bridge.js_llm_load(JSON.stringify({ model: "nothing" }))), "model_not_found");
    expectCode(await lastOf(bridge.js_llm_stream(JSON.stringify(ask("hi")))), "model_not_loaded");
  });

  it("a request of the wrong shape", async () => {
    const bridge = bridgeOver(() => Promise.reject(new Error("not reached")));
    expectCode(await lastOf(bridge.js_llm_stream('{"messages": 7}')), "invalid_request");
  });
});

describe("errors of the way between", () => {
  let rig: Rig;
  afterEach(() => {
    rig.die();
  });

  it("a worker that dies, and an answer that is cancelled while it waits", async () => {
    rig = new Rig(ramble);
    const client = rig.client();
    await readAll(client.load(DEMO));
    const stream = client.complete(ask("hi"));
    await stream.next();
    const waiting = client.complete(ask("me too"));
    waiting.cancel();
    expectCode((await readAll(waiting)).at(-1), "aborted");
    rig.die();
    expectCode((await readAll(stream)).at(-1), "worker_died");
  });

  it("halves of different versions", async () => {
    rig = new Rig(ramble);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const hello = {
        epoch: "two",
        lock: "engine",
        state: { type: "empty" },
        protocol: { min: 90, max: 99 },
      };
      port1.postMessage({ type: "hello", ...hello });
    };
    const client = new EngineClient(port2, { locks: rig.locks });
    await expect(client.ready).rejects.toMatchObject({ code: "protocol_mismatch" });
    port1.close();
  });
});

it("no code of the engine is left without a test", () => {
  const known = new Set<string>([
    ...RAW.map(([, code]) => code),
    ...DEVICES.map(([code]) => code),
    ...OTHERS,
    ...ELSEWHERE,
  ]);
  const codes: string[] = schema.$defs.ErrorCode.enum;
  expect(codes.filter((code) => !known.has(code))).toEqual([]);
});
