import type { CompletionBody, LoadedModel, TextCompletionBody, WireError } from "../protocol/wire";
import type { Cell } from "./cell";
import type { CallArguments, CallName, CallResults, FromCell, ToCell } from "./cell-messages";
import type { Ending, Engine, LoadOrder, LoadReport, OnText, Vectors } from "./engine";
import { EngineFailure, failure } from "./errors";
import { Heartbeat, type HeartbeatLimits, type Phase } from "./heartbeat";

interface Call {
  resolve: (value: CallResults[CallName]) => void;
  reject: (raw: EngineFailure) => void;
  onText?: OnText;
  onReport?: (report: LoadReport) => void;
}

/** What listens while a call runs. */
type Listening = Pick<Call, "onText" | "onReport">;

/** How long an engine may take to give its device back by itself. */
const UNLOAD_MS = 3_000;

const PHASES: Record<CallName, Phase | null> = {
  load: "start",
  complete: "prefill",
  completeText: "prefill",
  embed: "prefill",
  unload: null,
};

/**
 * An engine in a cell of its own. One that is lost, dies or hangs is ended together with its cell; nothing of it
 * stays in the room.
 */
export class RemoteEngine implements Engine {
  readonly lost: Promise<WireError>;
  readonly narrowed: Promise<void>;
  private lose!: (error: WireError) => void;
  private narrow!: () => void;
  private cell: Cell | null = null;
  private loss: WireError | null = null;
  private calls = new Map<number, Call>();
  private lastId = 0;
  private readonly heartbeat: Heartbeat;

  constructor(
    private readonly open: () => Cell,
    limits: HeartbeatLimits,
  ) {
    this.lost = new Promise((resolve) => {
      this.lose = resolve;
    });
    this.narrowed = new Promise((resolve) => {
      this.narrow = resolve;
    });
    this.heartbeat = new Heartbeat(
      limits,
      () => {
        this.post({ type: "ping" });
      },
      (error) => {
        this.fall(error);
      },
    );
  }

  async load(
    order: LoadOrder,
    report: (report: LoadReport) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    const cell = this.open();
    this.cell = cell;
    cell.endpoint.addEventListener("message", this.receive);
    cell.endpoint.start?.();
    void cell.died.then((error) => {
      this.fall(error);
    });
    return this.call("load", { order }, signal, { onReport: report });
  }

  complete(body: CompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    return this.call("complete", { body }, signal, { onText });
  }

  completeText(body: TextCompletionBody, onText: OnText, signal: AbortSignal): Promise<Ending> {
    return this.call("completeText", { body }, signal, { onText });
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<Vectors> {
    return this.call("embed", { texts }, signal, {});
  }

  /** Lets the engine give its device back, where it can do so soon; then its worker ends. */
  async unload(): Promise<void> {
    if (this.cell === null) return;
    const idle = this.calls.size === 0;
    if (idle) {
      const never = new AbortController().signal;
      await Promise.race([this.call("unload", {}, never, {}).catch(() => null), pause(UNLOAD_MS)]);
    }
    this.end(failure("aborted", "The engine was unloaded."));
  }

  private async call<K extends CallName>(
    type: K,
    given: CallArguments[K],
    signal: AbortSignal,
    listening: Listening,
  ): Promise<CallResults[K]> {
    if (this.loss !== null) throw new EngineFailure(this.loss, true);
    if (this.cell === null) throw failure("model_not_loaded", "No model is loaded.");
    const id = ++this.lastId;
    const abort = (): void => {
      this.post({ type: "abort", id });
    };
    const answer = new Promise<CallResults[CallName]>((resolve, reject) => {
      this.calls.set(id, { resolve, reject, ...listening });
    });
    signal.addEventListener("abort", abort);
    try {
      this.heartbeat.enter(PHASES[type]);
      // What cannot be cloned is refused right here, and asked of nobody.
      this.post({ type, id, ...given } as ToCell);
      if (signal.aborted) abort();
      // The cell answers a call by what it gives; both sides are of one build.
      return (await answer) as CallResults[K];
    } finally {
      signal.removeEventListener("abort", abort);
      this.calls.delete(id);
      if (this.calls.size === 0) this.heartbeat.enter(null);
    }
  }

  private readonly receive = ({ data }: MessageEvent<FromCell>): void => {
    this.heartbeat.heard(data.type === "text" || data.type === "report");
    switch (data.type) {
      case "report":
        this.calls.get(data.id)?.onReport?.(data.report);
        return;
      case "text":
        this.calls.get(data.id)?.onText?.(data.text, data.pieces);
        return;
      case "done":
        this.calls.get(data.id)?.resolve(data.value);
        return;
      case "failed":
        this.calls.get(data.id)?.reject(new EngineFailure(data.error, data.fatal));
        return;
      case "lost":
        this.fall(data.error);
        return;
      case "narrowed":
        this.narrow();
        return;
      case "ready":
      case "pong":
        return;
    }
  };

  /** It is gone: everything that waits on it learns why. */
  private fall(error: WireError): void {
    if (this.cell === null) return;
    this.loss = error;
    this.lose(error);
    this.end(new EngineFailure(error, true));
  }

  private end(why: EngineFailure): void {
    this.cell?.end();
    this.cell?.endpoint.removeEventListener("message", this.receive);
    this.cell = null;
    this.heartbeat.enter(null);
    for (const { reject } of this.calls.values()) reject(why);
    this.calls.clear();
  }

  private post(message: ToCell): void {
    this.cell?.endpoint.postMessage(message);
  }
}

const pause = (ms: number): Promise<null> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, null);
  });
