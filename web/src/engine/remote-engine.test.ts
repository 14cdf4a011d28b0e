import { expect, it } from "vitest";
import { ChannelCell, entryOf, QUICK } from "../testing/cells";
import { say } from "../testing/rig";
import { RemoteEngine } from "./remote-engine";
import { ScriptedEngine } from "./scripted";

it("is as it was behind a request that no message can carry", async () => {
  const engine = new RemoteEngine(() => new ChannelCell(new ScriptedEngine(() => say("hello"))), QUICK);
  const { signal } = new AbortController();
  await engine.load({ entry: entryOf("big") }, () => undefined, signal);
  const uncloneable = (() => "hi") as unknown as string;
  await expect(engine.embed([uncloneable], signal)).rejects.toThrow(/could not be cloned/);
  // Nobody watches over what was never asked: silence is no hang.
  await new Promise((later) => setTimeout(later, 3 * QUICK.prefillMs));
  const said: string[] = [];
  await engine.complete({ messages: [{ role: "user", content: "hi" }] }, (text) => said.push(text), signal);
  expect(said.join("")).toBe("hello");
  await engine.unload();
});
