import { isLast } from "../protocol/events";
import type { Batch, EngineMessage, WireError } from "../protocol/wire";
import { ABORTED, EngineError } from "./engine-error";
import { BufferedStream, type StreamReader } from "./event-stream";

interface Reply {
  resolve: (message: EngineMessage) => void;
  reject: (error: EngineError) => void;
}

interface OpenStream {
  stream: BufferedStream;
  expected: number;
}

/** What a client has asked for and not yet had in full: streams and single replies, by id. */
export class Exchanges {
  private nextId = 1;
  private readonly streams = new Map<string, OpenStream>();
  private readonly replies = new Map<string, Reply>();

  /** An id that nothing else on this port has. */
  id(): string {
    return String(this.nextId++);
  }

  openStream(id: string, reader: StreamReader): BufferedStream {
    const stream = new BufferedStream(reader);
    this.streams.set(id, { stream, expected: 0 });
    return stream;
  }

  openReply(id: string): Promise<EngineMessage> {
    return new Promise((resolve, reject) => this.replies.set(id, { resolve, reject }));
  }

  /** Whether a stream with this id still runs. */
  runs(id: string): boolean {
    return this.streams.has(id);
  }

  /** The ids of the streams that run. */
  running(): string[] {
    return [...this.streams.keys()];
  }

  /** Hands a batch to its stream. False when one is missing before it: the stream has failed then. */
  deliver({ id, sequence, events }: Batch): boolean {
    const open = this.streams.get(id);
    if (open === undefined) return true;
    if (sequence !== open.expected) {
      this.settle(id, {
        code: "internal",
        message: "A part of the answer was lost on the way from the engine.",
        details: { expected: open.expected, received: sequence },
      });
      return false;
    }
    open.expected += 1;
    open.stream.deliver(events);
    if (isLast(events.at(-1))) this.streams.delete(id);
    return true;
  }

  reply(id: string, message: EngineMessage): void {
    this.replies.get(id)?.resolve(message);
    this.replies.delete(id);
  }

  /** Ends what has this id with an error; a stream that was being cancelled ends as that. */
  settle(id: string, error: WireError): void {
    const open = this.streams.get(id);
    this.streams.delete(id);
    open?.stream.fail(open.stream.cancelled ? ABORTED : error);
    this.replies.get(id)?.reject(new EngineError(error));
    this.replies.delete(id);
  }

  settleAll(error: WireError): void {
    for (const id of [...this.streams.keys(), ...this.replies.keys()]) this.settle(id, error);
  }

  cancelAll(): void {
    for (const { stream } of this.streams.values()) stream.cancel();
  }
}
