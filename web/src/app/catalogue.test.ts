import { describe, expect, it } from "vitest";
import { choices, firstOf, groupChoices, type Choice, type Knowledge } from "./catalogue";
import type { DeviceAbilities } from "./device";
import { NO_FILTERS, type Filters } from "./models/state";
import { record } from "./testing/messages";
import { verdict } from "./testing/room";

const DEMO = record("demo", { embedded: true, devices: ["webgpu", "cpu"], memory_mb: 40 });
const LLAMA = record("Llama-3.2-1B-Instruct-q4f32_1-MLC", { memory_mb: 1129 });
const LLAMA_F16 = record("Llama-3.2-1B-Instruct-q4f16_1-MLC", { memory_mb: 879, quantization: "q4f16_1" });
const BIG = record("Qwen3-8B-q4f32_1-MLC", { memory_mb: 6100, low_resource: false });
const ALL = [BIG, LLAMA, DEMO, LLAMA_F16];

const NOTHING_KNOWN: Knowledge = { verdict: () => null, stored: () => "none" };
const found = (filters: Partial<Filters>, device: DeviceAbilities | null = null, known = NOTHING_KNOWN): Choice[] =>
  choices(ALL, device, { ...NO_FILTERS, ...filters }, known);
const ids = (query = ""): string[] => found({ query }).map(({ record }) => record.id);
const obstacle = (id: string, device: DeviceAbilities | null): string | null | undefined =>
  found({}, device).find(({ record }) => record.id === id)?.obstacle;

describe("the catalogue", () => {
  it("comes smallest first", () => {
    expect(ids()).toEqual([DEMO.id, LLAMA_F16.id, LLAMA.id, BIG.id]);
  });

  it("finds by every word of a search, in any order and case", () => {
    expect(ids("f32 llama")).toEqual([LLAMA.id]);
    expect(ids("gpt")).toEqual([]);
  });

  it("begins with what comes with the page, and has no empty group", () => {
    expect(groupChoices(found({})).map(({ kind }) => kind)).toEqual(["embedded", "small", "large"]);
    expect(groupChoices(choices([BIG], null, NO_FILTERS, NOTHING_KNOWN)).map(({ kind }) => kind)).toEqual(["large"]);
  });

  it("is drawn from its beginning, whatever the groups", () => {
    const groups = firstOf(groupChoices(found({})), 2);
    expect(groups.map(({ kind, choices }) => [kind, choices.length])).toEqual([
      ["embedded", 1],
      ["small", 1],
    ]);
  });

  it("says that a model needs WebGPU where there is none, unless the CPU can run it", () => {
    const cpu = { webgpu: false, features: new Set<string>() };
    expect(obstacle(LLAMA.id, cpu)).toMatch(/WebGPU/);
    expect(obstacle(DEMO.id, cpu)).toBeNull();
  });

  it("knows from the quantisation that a model needs f16, though its record does not say so", () => {
    expect(obstacle(LLAMA_F16.id, { webgpu: true, features: new Set() })).toMatch(/shader-f16/);
    expect(obstacle(LLAMA_F16.id, { webgpu: true, features: new Set(["shader-f16"]) })).toBeNull();
    expect(obstacle(LLAMA.id, { webgpu: true, features: new Set() })).toBeNull();
  });

  it("claims no obstacle before the device has been asked", () => {
    expect(obstacle(LLAMA_F16.id, null)).toBeNull();
  });
});

it("puts what cannot run here behind what can", () => {
  const device = { webgpu: true, features: new Set<string>() };
  expect(found({}, device).map(({ record }) => record.id)).toEqual([DEMO.id, LLAMA.id, BIG.id, LLAMA_F16.id]);
});

describe("a filter", () => {
  const names = (choices: Choice[]): string[] => choices.map(({ record }) => record.id);
  const noF16 = { webgpu: true, features: new Set<string>() };

  it("for what fits believes the record until the engine has spoken", () => {
    expect(names(found({ fits: true }, noF16))).toEqual([DEMO.id, LLAMA.id, BIG.id]);
    const known: Knowledge = {
      ...NOTHING_KNOWN,
      verdict: (id) => (id === BIG.id ? verdict(id, { fits: false }) : null),
    };
    expect(names(found({ fits: true }, noF16, known))).toEqual([DEMO.id, LLAMA.id]);
  });

  it("for what is here keeps what is here in part", () => {
    const known: Knowledge = {
      ...NOTHING_KNOWN,
      stored: ({ id }) => (id === BIG.id ? "partial" : id === DEMO.id ? "whole" : "none"),
    };
    expect(names(found({ here: true }, null, known))).toEqual([DEMO.id, BIG.id]);
  });

  it("for a task keeps what is recommended for it", () => {
    const coder = record("coder", { tasks: ["code"] });
    const shown = choices([...ALL, coder], null, { ...NO_FILTERS, task: "code" }, NOTHING_KNOWN);
    expect(names(shown)).toEqual(["coder"]);
  });

  it("puts the user's own models first", () => {
    const own = record("custom-mine", { custom: true, low_resource: false });
    const groups = groupChoices(choices([...ALL, own], null, NO_FILTERS, NOTHING_KNOWN));
    expect(groups.map(({ kind }) => kind)).toEqual(["own", "embedded", "small", "large"]);
  });
});
