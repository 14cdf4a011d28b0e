// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Progress } from "../protocol/wire";
import { Rig, say } from "../testing/rig";
import { DEMO_MODEL_ID } from "../models/catalogue";
import { ModelEngine } from "./model-engine";

let rigs: Rig[];
let progress: Progress[];
let newPorts: number;
let engine: ModelEngine;

const latest = (): Rig => {
  const rig = rigs.at(-1);
  if (rig === undefined) throw new Error("Nothing was started.");
  return rig;
};

beforeEach(() => {
  progress = [];
  newPorts = 0;
  rigs = [new Rig(() => say("Hello"))];
  const { locks } = latest();
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  engine = new ModelEngine({
    engine: {
      connect: () => latest().port(),
      restart: () => rigs.push(new Rig(() => say("Hello"), { locks })),
      close: () => {
        latest().die();
      },
    },
    device: "auto",
    onProgress: (step) => progress.push(step),
    onRestarted: () => (newPorts += 1),
  });
});

afterEach(() => {
  engine.close();
});

it("loads a model, tells the progress, and knows the catalogue", async () => {
  const model = await engine.load(DEMO_MODEL_ID);
  expect(model.id).toBe(DEMO_MODEL_ID);
  expect(progress[0]?.stage).toBe("prepare");
  expect(engine.models.map(({ id }) => id)).toContain(DEMO_MODEL_ID);
});

it("rejects an unknown model with its code, and loads another one after it", async () => {
  await expect(engine.load("nobody-knows-me")).rejects.toMatchObject({ code: "model_not_found" });
  expect((await engine.load(DEMO_MODEL_ID)).id).toBe(DEMO_MODEL_ID);
});

it("gives a load up that its signal aborts", async () => {
  const giveUp = new AbortController();
  const loading = engine.load(DEMO_MODEL_ID, giveUp.signal);
  giveUp.abort();
  await expect(loading).rejects.toMatchObject({ code: "aborted" });
});

it("rejects a load whose progress its listener could not take", async () => {
  await expect(engine.load("nobody-knows-me")).rejects.toThrow();
  progress.push = () => {
    throw new Error("The bar is gone.");
  };
  await expect(engine.load(DEMO_MODEL_ID)).rejects.toThrow("The bar is gone.");
});

it("ends a load that another one replaces", async () => {
  const first = engine.load(DEMO_MODEL_ID);
  const second = engine.load(DEMO_MODEL_ID);
  await expect(first).rejects.toMatchObject({ code: "aborted" });
  expect((await second).id).toBe(DEMO_MODEL_ID);
});

it("starts again when its worker dies: the model is loaded again, and others are asked to take new ports", async () => {
  await engine.load(DEMO_MODEL_ID);
  latest().die();
  await expect.poll(() => rigs.length).toBe(2);
  await expect.poll(() => engine.state).toMatchObject({ type: "ready", model: { id: DEMO_MODEL_ID } });
  expect(newPorts).toBe(1);
});
