import { describe, expect, it } from "vitest";
import { configUrl } from "./webllm-config";
import { webllmProgress } from "./webllm-progress";

const FIRST_LOAD = [
  { progress: 0, text: "Start to fetch params" },
  { progress: 0.5, text: "Fetching param cache[1/2]: 3MB fetched. 50% completed, 1 secs elapsed." },
  { progress: 1, text: "Fetching param cache[2/2]: 6MB fetched. 100% completed, 2 secs elapsed." },
  { progress: 0.5, text: "Loading model from cache[1/2]: 3MB loaded. 50% completed, 2 secs elapsed." },
  { progress: 0.25, text: "Loading GPU shader modules[12/48]: 25% completed, 4 secs elapsed." },
  { progress: 1, text: "Loading GPU shader modules[48/48]: 100% completed, 9 secs elapsed." },
  { progress: 1, text: "Finish loading on WebGPU - google" },
];

describe("the progress of a load", () => {
  it("names the stage and never goes backwards", () => {
    const reports = FIRST_LOAD.map(webllmProgress(null));
    expect(reports.map(({ stage }) => stage)).toEqual([
      "prepare",
      "download",
      "download",
      "read_cache",
      "compile",
      "compile",
      "warm_up",
    ]);
    const fractions = reports.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it("counts bytes exactly where the size is known, else in WebLLM's whole mebibytes", () => {
    const [, half] = FIRST_LOAD.map(webllmProgress(6_000_000));
    expect(half).toMatchObject({ loadedBytes: 3_000_000, totalBytes: 6_000_000 });
    const [, rough] = FIRST_LOAD.map(webllmProgress(null));
    expect(rough).toMatchObject({ loadedBytes: 3 * 2 ** 20, totalBytes: null });
  });

  it("survives a share that is no number", () => {
    expect(
      webllmProgress(null)({ progress: NaN, text: "Fetching param cache[0/0]" }).fraction,
    ).toBeGreaterThan(0);
  });
});

describe("the address of a model's configuration", () => {
  it.each([
    [
      "https://huggingface.co/mlc-ai/Some-Model",
      "https://huggingface.co/mlc-ai/Some-Model/resolve/main/mlc-chat-config.json",
    ],
    ["https://host.test/m/resolve/v2/", "https://host.test/m/resolve/v2/mlc-chat-config.json"],
  ])("follows WebLLM's own rule for %s", (model, url) => {
    expect(configUrl(model)).toBe(url);
  });
});
