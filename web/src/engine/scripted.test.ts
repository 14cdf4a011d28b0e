import { expect, it } from "vitest";
import { type Script, ScriptedEngine } from "./scripted";
import { ask } from "../testing/rig";

/** What an engine says, and where others got their turn in between. */
async function heard(script: Partial<Script>): Promise<string> {
  const engine = new ScriptedEngine(() => ({ deltas: "abcd", end: { reason: "stop" }, ...script }));
  const { port1, port2 } = new MessageChannel();
  let text = "";
  port1.onmessage = () => {
    text += "-";
  };
  const { signal } = new AbortController();
  const say = (delta: string): void => {
    text += delta;
    port2.postMessage(null);
  };
  const { usage } = await engine.complete(ask("hi"), say, signal);
  port1.close();
  expect(usage.completion_tokens).toBe(4);
  return text.replace(/-+/g, "-").replace(/-$/, "");
}

it("lets others run between two deltas", async () => {
  expect(await heard({})).toBe("a-b-c-d");
});

it("says as many together as it is told to, and how many they are", async () => {
  expect(await heard({ deltas: [{ text: "abc", pieces: 3 }, "d"] })).toBe("abc-d");
});

it("says no more once it is cancelled", async () => {
  const life = new AbortController();
  const engine = new ScriptedEngine(() => ({
    deltas: ["ab", "cd", "ef"].map((text) => ({ text, pieces: 2 })),
    end: { reason: "stop" },
  }));
  const said: [string, number | undefined][] = [];
  const say = (text: string, pieces?: number): void => {
    said.push([text, pieces]);
    if (text === "cd") life.abort();
  };
  expect(await engine.complete(ask("hi"), say, life.signal)).toMatchObject({
    reason: "abort",
    usage: { completion_tokens: 4 },
  });
  expect(said).toEqual([
    ["ab", 2],
    ["cd", 2],
  ]);
});
