import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { EngineClient } from "../bridge/client";
import type { StoredModels, StreamEvent } from "../protocol/wire";
import { ask, DEMO, readAll, Rig, say } from "../testing/rig";
import { batchService } from "./batch";
import { MemoryBatches } from "./batch-store";
import { diagnoseService } from "./diagnose";
import type { DeviceScope } from "./diagnose-device";
import { EngineJournal } from "./journal";
import { hasMemory64 } from "./memory64";
import { observeService } from "./observe";
import type { Script } from "./scripted";
import { joined } from "./services";

const LIMITS = Object.create({ maxBufferSize: 1024, maxStorageBufferBindingSize: 512 }) as object;

const scope: DeviceScope = {
  userAgent: "A browser",
  hardwareConcurrency: 4,
  deviceMemory: 8,
  connection: { effectiveType: "4g", saveData: false },
  gpu: {
    requestAdapter: () =>
      Promise.resolve({
        info: { vendor: "v", architecture: "a", device: "d", description: "A GPU" },
        features: new Set(["timestamp-query", "shader-f16"]),
        limits: LIMITS,
      }),
  },
  storage: {
    estimate: () => Promise.resolve({ usage: 5, quota: 50 }),
    persisted: () => Promise.resolve(true),
  },
};

const stored: StoredModels = {
  type: "stored_models",
  models: [],
  used_bytes: 5,
  quota_bytes: 50,
  persisted: true,
};

const rigs: Rig[] = [];
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.die();
});

interface Room {
  client: EngineClient;
  journal: EngineJournal;
  rig: Rig;
}

function room(answer: (prompt: string) => Script, device: DeviceScope = scope): Room {
  const journal = new EngineJournal();
  const rig = new Rig(({ messages }) => answer(JSON.stringify(messages)), {
    journal,
    services: (host) =>
      joined(
        observeService(journal),
        batchService({ host, journal, store: () => Promise.resolve(new MemoryBatches()) }),
        diagnoseService({
          journal,
          host,
          versions: () => ({ package: "1.2.3" }),
          scope: device,
          others: { queries: { stored: () => Promise.resolve(stored) } },
        }),
      ),
  });
  rigs.push(rig);
  return { client: rig.client({ name: "a page" }), journal, rig };
}

async function reportOf(client: EngineClient): Promise<Record<string, unknown>> {
  const result = await client.query({ type: "diagnose" });
  if (result.type !== "diagnostics") throw new Error(result.type);
  return result.report;
}

describe("a diagnostics report", () => {
  it("says what the device, the browser and the versions are", async () => {
    const { client } = room(() => say("unused"));
    expect(await reportOf(client)).toMatchObject({
      versions: { package: "1.2.3", protocol: { max: 2 } },
      browser: {
        user_agent: "A browser",
        hardware_concurrency: 4,
        device_memory_gb: 8,
        memory64: hasMemory64(),
        connection: { effective_type: "4g", save_data: false, type: null },
        storage: { used_bytes: 5, quota_bytes: 50, persisted: true },
      },
      gpu: {
        adapter: { vendor: "v", description: "A GPU" },
        features: ["shader-f16", "timestamp-query"],
        limits: { maxBufferSize: 1024, maxStorageBufferBindingSize: 512 },
      },
      engine: { type: "empty" },
      stored: { type: "stored_models" },
    });
  });

  it("has the figures of the last requests and the codes of the last errors", async () => {
    const { client } = room((prompt) =>
      prompt.includes("fail")
        ? { deltas: [], end: { error: { code: "context_exceeded", message: "Too long." } } }
        : say("two words"),
    );
    await readAll(client.load(DEMO));
    await readAll(client.complete(ask("fine")));
    await readAll(client.complete(ask("fail")));
    const report = await reportOf(client);
    expect(report.loads).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: "loaded", model: DEMO })]),
    );
    expect(report.requests).toMatchObject([
      {
        details: {
          client: "0:",
          priority: "chat",
          reason: "stop",
          completion_tokens: 2,
          reused_tokens: null,
        },
      },
    ]);
    expect(report.errors).toMatchObject([{ name: "request_failed", details: { code: "context_exceeded" } }]);
  });

  it("is made without WebGPU, and where the browser tells nothing", async () => {
    const { client } = room(() => say("unused"), { userAgent: "Bare", hardwareConcurrency: 1 });
    expect(await reportOf(client)).toMatchObject({ gpu: null, browser: { storage: { persisted: null } } });
  });

  it("says what went wrong where the GPU cannot be asked", async () => {
    const gpu = { requestAdapter: () => Promise.reject(new Error("lost its way")) };
    const { client } = room(() => say("unused"), { ...scope, gpu });
    expect(await reportOf(client)).toMatchObject({ gpu: { error: "Error: lost its way" } });
  });
});

/** What a person or a model wrote: long enough not to stand in a report by chance. */
const message = fc
  .array(fc.constantFrom("zebra", "quartz", "vivid", "jigsaw", "waltz"), { minLength: 3, maxLength: 6 })
  .map((words) => words.join("-"));

it("never tells a word of a prompt, an answer, or an error that quotes them", async () => {
  await fc.assert(
    fc.asyncProperty(message, message, fc.boolean(), async (prompt, answer, fails) => {
      const { client, journal, rig } = room(() =>
        fails
          ? {
              deltas: [answer],
              end: {
                error: { code: "internal", message: `Cannot read ${prompt}`, details: { raw: answer } },
              },
            }
          : say(answer),
      );
      await readAll(client.load(DEMO));
      const watched = client.stream({ type: "observe", credit: 1_000 });
      await readAll(client.complete(ask(prompt)));
      await readAll(client.stream({ type: "batch", body: { job: "j", prompts: [prompt] }, credit: 8 }));
      const report = await reportOf(client);
      watched.cancel();
      const observed: StreamEvent[] = await readAll(watched);
      const told = JSON.stringify([report, journal.events, observed]);
      for (const text of [prompt, answer]) expect(told).not.toContain(text);
      expect(observed.length).toBeGreaterThan(3);
      rig.die();
    }),
    { numRuns: 25 },
  );
});
