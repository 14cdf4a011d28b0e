import type { Endpoint } from "../protocol/endpoint";
import type { CallResults, CallName, CellCall, FromCell, ToCell } from "./cell-messages";
import type { Engine, OnText } from "./engine";
import { translate } from "./errors";
import { Pieces } from "./pieces";

/**
 * The cell's side: gives one engine to the room above.
 *
 * Errors are translated here, where they still have their names: a structured clone drops what tells them apart.
 */
export function serveCell(endpoint: Endpoint, engine: Engine): void {
  const running = new Map<number, AbortController>();
  const post = (message: FromCell): void => {
    endpoint.postMessage(message);
  };
  void engine.lost.then((error) => {
    post({ type: "lost", error });
  });
  void engine.narrowed?.then(() => {
    post({ type: "narrowed" });
  });

  async function run(call: CellCall): Promise<void> {
    const { id } = call;
    const life = new AbortController();
    running.set(id, life);
    const pieces = new Pieces((text, pieces) => {
      post({ type: "text", id, text, pieces });
    });
    try {
      const value = await perform(engine, call, post, pieces, life.signal);
      pieces.flush();
      post({ type: "done", id, value });
    } catch (raw) {
      pieces.flush();
      post({ type: "failed", id, ...translate(raw) });
    } finally {
      running.delete(id);
    }
  }

  endpoint.addEventListener("message", ({ data }: MessageEvent<ToCell>) => {
    if (data.type === "ping") post({ type: "pong" });
    else if (data.type === "abort") running.get(data.id)?.abort();
    else void run(data);
  });
  endpoint.start?.();
}

/** One call, with what it says on the way. */
async function perform(
  engine: Engine,
  call: CellCall,
  post: (message: FromCell) => void,
  pieces: Pieces,
  signal: AbortSignal,
): Promise<CallResults[CallName]> {
  const { id } = call;
  const onText: OnText = (text, count) => {
    pieces.push(text, count);
  };
  switch (call.type) {
    case "load":
      return engine.load(
        call.order,
        (report) => {
          post({ type: "report", id, report });
        },
        signal,
      );
    case "complete":
      return engine.complete(call.body, onText, signal);
    case "completeText":
      return engine.completeText(call.body, onText, signal);
    case "embed":
      return engine.embed(call.texts, signal);
    case "unload":
      await engine.unload();
      return null;
  }
}
