import type { LoadReport } from "./engine";
import type { RoomState } from "./room-state";
import type { Seat } from "./seat";

const WARMING: LoadReport = {
  stage: "warm_up",
  fraction: 0.99,
  loadedBytes: null,
  totalBytes: null,
  text: "Warming up",
};

/**
 * Lets a model that has just been loaded on the GPU write one token, so that its driver has seen every shader before
 * the first question. Only where nobody waits: the first request ends it, and with it nothing is lost. The CPU engine
 * has no shaders, and an embedding model writes nothing.
 *
 * Rejects when the engine fails at it: it would fail at the first question as well.
 */
export async function warmUp(
  { engine, model, plan }: Seat,
  state: RoomState,
  report: (report: LoadReport) => void,
  signal: AbortSignal,
): Promise<void> {
  if (model.engine.device !== "webgpu" || plan.entry.kind === "embedding" || state.requests > 0) return;
  const wanted = new AbortController();
  const end = state.onChange(() => {
    if (state.requests > 0) wanted.abort();
  });
  report(WARMING);
  try {
    await engine.complete(
      { messages: [{ role: "user", content: "Hello" }], max_tokens: 1, temperature: 0 },
      () => undefined,
      AbortSignal.any([signal, wanted.signal]),
    );
  } finally {
    end();
  }
}
