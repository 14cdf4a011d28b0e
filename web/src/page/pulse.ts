/** Notices an engine that lives and says nothing: its tab is frozen, or its thread hangs. */
import type { EngineClient } from "../bridge/client";
import type { WireError } from "../protocol/wire";

export interface PulseOptions {
  /** Between two pings, in milliseconds. */
  everyMs: number;
  /** Turns without an answer after which the engine counts as hung. */
  missed: number;
}

const HUNG: WireError = {
  code: "engine_hung",
  message: "The engine did not answer any more.",
  hint: "Another one takes its place; ask again if an answer was cut.",
};

/** Pings until the connection ends. One that is silent for too long is given up. */
export function watchPulse(
  client: Pick<EngineClient, "query" | "abandon" | "ready" | "closed">,
  { everyMs, missed }: PulseOptions,
): void {
  let waits = false;
  let silent = 0;
  const beat = (): void => {
    // Counted in turns, not in time: a computer that slept has missed one, whatever the clock says.
    if (waits) {
      silent += 1;
      if (silent >= missed) client.abandon(HUNG);
      return;
    }
    waits = true;
    client.query({ type: "ping" }).then(
      () => {
        waits = false;
        silent = 0;
      },
      // A refusal is a sign of life; where the connection has ended, nobody asks any more.
      () => {
        waits = false;
        silent = 0;
      },
    );
  };
  void client.ready.then(
    () => {
      const timer = setInterval(beat, everyMs);
      void client.closed.then(() => {
        clearInterval(timer);
      });
    },
    () => undefined,
  );
}
