import { describe, expect, it } from "vitest";
import { event } from "../testing/messages";
import { AskedRequests } from "./asked";

const FAILED_ONCE = true;
const OVER = false;

function asking(): { asks: (...turns: string[]) => void; answered: (turn: string, payload?: object) => void; asked: AskedRequests } {
  const asked = new AskedRequests();
  return {
    asked,
    asks: (...turns) => {
      for (const turn of turns) asked.hear(event(turn, "llm:request", { request_id: `r ${turn}` }));
    },
    answered: (turn, payload = { status: "ok", engine: { kind: "wllama" } }) => {
      asked.hear(event(turn, "llm:response", { request_id: `r ${turn}`, ...payload }));
    },
  };
}

describe("of two turns that wait for the engine, the one that asked", () => {
  it("is the first one, whether the engine tells of its end before Python has the answer or after it", () => {
    const { answered, asked, asks } = asking();
    asks("first", "second");
    expect(asked.ended(OVER)).toBe("first");
    answered("first");
    answered("second");
    asks("third");
    expect(asked.ended(OVER)).toBe("second");
    expect(asked.ended(OVER)).toBe("third");
  });

  it("is the same one where it failed and is tried again", () => {
    const { asked, asks } = asking();
    asks("first", "second");
    expect([FAILED_ONCE, FAILED_ONCE, OVER, OVER].map((again) => asked.ended(again))).toEqual([
      "first",
      "first",
      "first",
      "second",
    ]);
  });

  it("is the other one where a server has answered the first", () => {
    const { answered, asked, asks } = asking();
    asks("first", "second");
    answered("first", { status: "ok", engine: { kind: "server" } });
    expect(asked.ended(OVER)).toBe("second");
  });

  it("is the one that was stopped, where the engine tells of that last", () => {
    const { answered, asked, asks } = asking();
    asks("only");
    answered("only", { status: "error", error: { code: "aborted" } });
    expect(asked.ended(OVER)).toBe("only");
  });
});

it("what ends while no turn waits was asked by another program, through this tab's Python", () => {
  const { answered, asked, asks } = asking();
  asks("ours", "stopped");
  expect(asked.ended(OVER)).toBe("ours");
  answered("ours");
  expect(asked.ended(OVER)).toBe("stopped");
  answered("stopped", { status: "error", error: { code: "aborted" } });
  expect(asked.ended(OVER)).toBeNull();
});

it("nobody has asked before Python has", () => {
  expect(new AskedRequests().ended(OVER)).toBeNull();
});
