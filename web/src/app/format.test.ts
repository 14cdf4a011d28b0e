import { expect, it } from "vitest";
import { bytes, engineName, milliseconds, rate } from "./format";

it("writes sizes the way downloads are counted", () => {
  expect([0, 999, 12_000_000, 711_000_000, 2_300_000_000].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "12 MB",
    "711 MB",
    "2.3 GB",
  ]);
});

it("writes times with as many digits as matter", () => {
  expect([80, 1234, 17_300, 120_000].map(milliseconds)).toEqual(["0.08 s", "1.2 s", "17 s", "2 min"]);
});

it("writes rates from slow to fast", () => {
  expect([2.34, 87.2, 1034.4].map(rate)).toEqual(["2.3", "87", "1,034"]);
});

it("names the engine, the device and the adapter", () => {
  expect(engineName({ kind: "webllm", version: "1", device: "webgpu", adapter: "google swiftshader" })).toBe(
    "WebLLM · WebGPU (google swiftshader)",
  );
  expect(engineName({ kind: "wllama", version: "1", device: "cpu", adapter: null })).toBe("llama.cpp · CPU");
});
