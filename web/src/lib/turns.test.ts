import { describe, expect, it } from "vitest";
import { EngineError } from "../bridge/engine-error";
import { type AmplifierEvent, Turns } from "./turns";

const delta = (text: string, type = "text") =>
  ({
    type: "turn_event",
    id: "a",
    name: "llm:stream_block_delta",
    payload: { block_type: type, text },
  }) as const;
const ENDED = { type: "turn_ended", id: "a", outcome: "completed", text: "Hello" } as const;

describe("a turn", () => {
  it("streams what a reader should see, tells every event, and ends with its text", async () => {
    const turns = new Turns();
    const texts: string[] = [];
    const events: AmplifierEvent[] = [];
    const ended = turns.open(
      "a",
      { onText: (text) => texts.push(text), onEvent: (event) => events.push(event) },
      () => undefined,
    );
    turns.take(delta("Hm", "thinking"));
    turns.take(delta("Hel"));
    turns.take(delta("lo"));
    turns.take(ENDED);
    expect(await ended).toEqual({ outcome: "completed", text: "Hello" });
    expect(texts).toEqual(["Hel", "lo"]);
    expect(events.map(({ payload }) => payload["text"])).toEqual(["Hm", "Hel", "lo"]);
  });

  it("that fails rejects with the code", async () => {
    const turns = new Turns();
    const ended = turns.open("a", {}, () => undefined);
    turns.take({ type: "turn_failed", id: "a", error: { code: "context_exceeded", message: "Too long." } });
    await expect(ended).rejects.toMatchObject({ name: "EngineError", code: "context_exceeded" });
  });

  it("is stopped by its signal once, and not after its end", async () => {
    const turns = new Turns();
    const stop = new AbortController();
    let stops = 0;
    const ended = turns.open("a", { signal: stop.signal }, () => (stops += 1));
    stop.abort();
    expect(stops).toBe(1);
    turns.take({ ...ENDED, outcome: "cancelled" });
    expect((await ended).outcome).toBe("cancelled");

    const late = new AbortController();
    const second = turns.open("a", { signal: late.signal }, () => (stops += 1));
    turns.take(ENDED);
    await second;
    late.abort();
    expect(stops).toBe(1);
  });

  it("whose listener throws rejects with what it threw, and the others go on", async () => {
    const turns = new Turns();
    const thrown = new Error("The page is gone.");
    const ended = turns.open(
      "a",
      {
        onText: () => {
          throw thrown;
        },
      },
      () => undefined,
    );
    const other = turns.open("b", {}, () => undefined);
    expect(turns.take(delta("x"))).toBe(false);
    await expect(ended).rejects.toBe(thrown);
    turns.take({ ...ENDED, id: "b" });
    expect((await other).text).toBe("Hello");
  });

  it("that nobody knows, or knows any more, is passed over", () => {
    expect(new Turns().take(ENDED)).toBe(true);
  });

  it("ends with the error of Python's death", async () => {
    const turns = new Turns();
    const ended = turns.open("a", {}, () => undefined);
    turns.failAll({ code: "python_failed", message: "Python stopped." });
    await expect(ended).rejects.toBeInstanceOf(EngineError);
  });
});
