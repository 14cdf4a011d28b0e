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

it("takes a cell that dies before its first word for one that hangs, and not for one that loads long", async () => {
  const patient = { ...QUICK, loadMs: 60_000 };
  const engine = new RemoteEngine(() => {
    const cell = new ChannelCell(new ScriptedEngine(() => say("hello")));
    cell.hung = true;
    return cell;
  }, patient);
  const { signal } = new AbortController();
  const loaded = engine.load({ entry: entryOf("big") }, () => undefined, signal);
  await expect(loaded).rejects.toMatchObject({
    error: { code: "engine_hung", details: { phase: "start" } },
  });
  await expect(engine.lost).resolves.toMatchObject({ code: "engine_hung" });
});

it("hears of its cell that it answers one completion at a time", async () => {
  const scripted = new ScriptedEngine(() => say("hello"));
  const engine = new RemoteEngine(() => new ChannelCell(scripted), QUICK);
  await engine.load({ entry: entryOf("big") }, () => undefined, new AbortController().signal);
  scripted.narrow();
  await expect(engine.narrowed).resolves.toBeUndefined();
  await engine.unload();
});
