import { wholeUsage } from "../protocol/continuing";
import { isLast } from "../protocol/events";
import type { StreamEvent, WireError } from "../protocol/wire";
import type { EngineClient } from "./client";
import { ABORTED, asWireError } from "./engine-error";
import type { EventStream } from "./event-stream";
import { modelArrives, type Patience } from "./model-arrival";

/** A request that can be made again where the engine room died under it. */
export interface Request {
  /** Opens it, for the first time or once more with nothing shown of it. */
  open(client: EngineClient): EventStream;
  /** Opens the rest of it behind the text that was shown, of so many tokens. Null, or absent: that cannot be had from this engine. */
  goOn?(client: EngineClient, text: string, tokens: number): EventStream | null;
  /** Whether it waits for a model before it is made again. */
  needsModel: boolean;
  /** It changes something, and is never made twice. */
  once?: boolean;
}

/** The engine rooms that a link has been led to. */
export interface Connections {
  /** The connection of now, if it lives. */
  readonly living: EngineClient | null;
  /** That one, or the next. Rejects with an `EngineError` after a time, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<EngineClient>;
}

/** A request that has seen so many rooms die is likely to be what they die of. */
const DEATHS_SURVIVED = 3;

/** Endings of a connection after which another one may answer. */
const DEATHS: ReadonlySet<WireError["code"]> = new Set(["worker_died", "engine_hung"]);

/**
 * One stream over as many engine rooms as it takes. What was cut before its first text is asked again, unseen; what
 * was cut later goes on behind the text, or ends with a failure. Its reader never gets a text twice, and always an end.
 */
export class ReplayedStream implements EventStream {
  private current: { client: EngineClient; stream: EventStream } | null = null;
  private readonly life = new AbortController();
  private turn: Promise<StreamEvent[] | null> = Promise.resolve(null);
  private text = "";
  private tokens = 0;
  private answers: Extract<StreamEvent, { type: "started" }> | null = null;
  private cut: WireError | null = null;
  private deaths = 0;
  private ended = false;

  constructor(
    private readonly connections: Connections,
    private readonly request: Request,
    private readonly patience: Patience,
  ) {
    const client = connections.living;
    // Not a turn later: what is asked after this must stand behind it in the engine's queue.
    if (client !== null) this.current = { client, stream: request.open(client) };
  }

  next(): Promise<StreamEvent[] | null> {
    this.turn = this.turn.then(() => this.pull());
    return this.turn;
  }

  cancel(): void {
    this.life.abort();
    this.current?.stream.cancel();
  }

  private async pull(): Promise<StreamEvent[] | null> {
    while (!this.ended) {
      if (this.current === null) {
        const error = await this.reopen();
        if (error !== null) return this.fail(error);
        continue;
      }
      const { client, stream } = this.current;
      const passed = this.pass((await stream.next()) ?? [], client);
      if (passed.length > 0) return passed;
    }
    return null;
  }

  private fail(error: WireError): StreamEvent[] {
    this.ended = true;
    return [{ type: "failure", error }];
  }

  /** What the reader gets of a batch. */
  private pass(batch: StreamEvent[], client: EngineClient): StreamEvent[] {
    const passed: StreamEvent[] = [];
    for (const event of batch) {
      if (event.type === "failure" && this.survives(event.error, client)) {
        this.cut = event.error;
        this.deaths += 1;
        this.current = null;
        break;
      }
      if (event.type === "started") passed.push(...this.begins(event));
      else passed.push(this.whole(event));
      if (event.type === "delta") this.count(event);
      if (isLast(event)) this.ended = true;
    }
    return passed;
  }

  private count({ text, tokens = 1 }: Extract<StreamEvent, { type: "delta" }>): void {
    this.text += text;
    if (text !== "") this.tokens += tokens;
  }

  /** An end counts all tokens, also those that another room wrote. */
  private whole(event: StreamEvent): StreamEvent {
    if (event.type !== "finished" || this.cut === null) return event;
    return { ...event, usage: wholeUsage(event.usage, this.tokens) };
  }

  /** Whether the room itself has died: what a living one reports is its answer. */
  private survives(error: WireError, client: EngineClient): boolean {
    if (client.alive || this.life.signal.aborted || this.request.once === true) return false;
    return DEATHS.has(error.code) && this.deaths < DEATHS_SURVIVED;
  }

  /** A reader hears once that an answer begins; afterwards only where it can notice the change. */
  private begins(event: Extract<StreamEvent, { type: "started" }>): StreamEvent[] {
    const before = this.answers;
    this.answers = event;
    if (before === null) return [event];
    if (this.cut === null) return [];
    const { model, engine } = event;
    const unseen =
      this.text === "" && before.model === model && JSON.stringify(before.engine) === JSON.stringify(engine);
    return unseen ? [] : [{ type: "recovered", error: this.cut, model, engine }];
  }

  /** Makes the request on the next connection. Resolves with the reason where that is not possible. */
  private async reopen(): Promise<WireError | null> {
    const { signal } = this.life;
    try {
      const client = await this.connections.next(signal);
      if (this.cut !== null && this.request.needsModel) await modelArrives(client, signal, this.patience);
      if (signal.aborted) return ABORTED;
      const stream = this.openOn(client);
      if (stream === null) return brokenOff(this.cut ?? ABORTED);
      this.current = { client, stream };
      return null;
    } catch (raw) {
      return asWireError(raw);
    }
  }

  private openOn(client: EngineClient): EventStream | null {
    // On a room that has died as well, the stream fails and the next one is tried.
    if (this.text === "" || !client.alive) return this.request.open(client);
    return this.request.goOn?.(client, this.text, this.tokens) ?? null;
  }
}

const brokenOff = (cut: WireError): WireError => ({
  ...cut,
  message: `The answer was cut and cannot be continued by the engine that is there now. ${cut.message}`,
  hint: "Ask again.",
});
