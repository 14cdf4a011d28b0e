import { describe, expect, it } from "vitest";
import type { WireError } from "../protocol/wire";
import { watchPulse } from "./pulse";

/** A connection that answers pings for as long as it is told to. */
class Pinged {
  pings = 0;
  answers = true;
  readonly ready = Promise.resolve({} as never);
  readonly closed: Promise<WireError>;
  private ended!: (error: WireError) => void;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.ended = resolve;
    });
  }

  query(): Promise<never> {
    this.pings += 1;
    return this.answers ? Promise.resolve({ type: "pong" } as never) : new Promise(() => undefined);
  }

  abandon(error: WireError): void {
    this.ended(error);
  }
}

describe("the pulse of an engine", () => {
  it("is asked for as long as it answers", async () => {
    const engine = new Pinged();
    watchPulse(engine, { everyMs: 2, missed: 2 });
    await expect.poll(() => engine.pings).toBeGreaterThan(5);
    engine.abandon({ code: "aborted", message: "Closed." });
  });

  it("ends the connection as hung when so many turns bring no answer", async () => {
    const engine = new Pinged();
    watchPulse(engine, { everyMs: 2, missed: 3 });
    await expect.poll(() => engine.pings).toBeGreaterThan(1);
    engine.answers = false;
    expect((await engine.closed).code).toBe("engine_hung");
  });
});
