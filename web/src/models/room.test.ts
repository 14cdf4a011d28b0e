import "fake-indexeddb/auto";
import demo from "virtual:demo-model";
import prebuilt from "virtual:webllm-catalogue";
import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually";
import { EngineJournal } from "../engine/journal";
import { RoomDatabase } from "../engine/room-db";
import { siteUrls } from "../engine/site";
import type { StoredBytes } from "./admission";
import { buildCatalogue, DEMO_MODEL_ID } from "./catalogue";
import { modelRoom } from "./room";
import { deviceWith } from "./testing/devices";

const [SMALL, LARGE] = ["Llama-3.2-1B-Instruct-q4f16_1-MLC", "Llama-3.2-3B-Instruct-q4f16_1-MLC"] as const;
const whole: StoredBytes = { state: "whole", bytes: 1 };

const life = new AbortController();

function room(stored: Record<string, StoredBytes> = {}) {
  const journal = new EngineJournal();
  const models = modelRoom({
    catalogue: buildCatalogue(siteUrls("https://example.test/").demo, demo, prebuilt),
    database: new RoomDatabase(`room-${crypto.randomUUID()}`),
    journal,
    device: () => Promise.resolve(deviceWith()),
    stored: () => Promise.resolve(new Map(Object.entries(stored))),
    signal: life.signal,
  });
  return { journal, models, entry: (id: string) => models.catalogue.find(id) };
}

describe("what the engine room remembers of a model on this device", () => {
  it("is learnt from its journal: failures in a row count, an answer forgets them", async () => {
    const { journal, models, entry } = room();
    await models.choose(entry(SMALL), "auto");
    journal.record("load_failed", SMALL, { code: "out_of_memory" });
    await eventually(async () => {
      const { warnings } = await models.admission.assess(SMALL, "auto");
      expect(warnings).toContain("It failed here last time: it did not fit into memory.");
    });
    journal.record("recovery_started", SMALL, { code: "device_lost" });
    await eventually(async () => {
      expect((await models.admission.assess(SMALL, "auto")).fits).toBe(false);
    });
    journal.record("request_finished", SMALL, { reason: "stop" });
    await eventually(async () => {
      expect((await models.admission.assess(SMALL, "auto")).fits).toBe(true);
    });
  });

  it("says nothing of a model that was never placed on a device", async () => {
    const { journal, models } = room();
    journal.record("load_failed", SMALL, { code: "out_of_memory" });
    const { warnings } = await models.admission.assess(SMALL, "auto");
    expect(warnings.filter((warning) => warning.includes("failed"))).toEqual([]);
  });
});

describe("a smaller model for one that keeps failing", () => {
  it("is the best that is here already and takes less", async () => {
    const { models, entry } = room({ [SMALL]: whole });
    expect(models.smaller(entry(LARGE))?.record.id).toBe(DEMO_MODEL_ID);
    await models.choose(entry(LARGE), "auto");
    expect(models.smaller(entry(LARGE))?.record.id).toBe(SMALL);
    expect(models.smaller(entry(SMALL))?.record.id).toBe(DEMO_MODEL_ID);
    expect(models.smaller(entry(DEMO_MODEL_ID))).toBeNull();
  });
});

it("lets no two models share the GPU before anything is known of it", async () => {
  const { models, entry } = room();
  const [small, demoEntry] = [entry(SMALL).record, entry(DEMO_MODEL_ID).record];
  expect(models.mayShareGpu(small, demoEntry)).toBe(false);
  await models.choose(entry(SMALL), "auto");
  expect(models.mayShareGpu(small, demoEntry)).toBe(true);
});
