/** Listens to the engine room and to this tab's turns, and has every inference remembered. */
import type { EventStream } from "../../bridge/event-stream";
import type { EngineEvent, PythonMessage } from "../../protocol/wire";
import { clientOf, type Gathering } from "./gathering";
import type { Inference } from "./inference";
import type { ServerAnswers } from "./server-answers";

export interface RecorderOptions {
  /** What this tab calls itself in the engine room. */
  tab: () => string;
  /** Whether the page of another profile calls itself so. */
  isOthers: (client: string) => boolean;
  observe: () => EventStream;
  gathering: Gathering;
  server: ServerAnswers;
  remember: (inference: Inference) => Promise<void>;
  /** Does something later. */
  later: (act: () => void) => void;
}

export class Recorder {
  #observing = false;

  constructor(private readonly options: RecorderOptions) {}

  /** There is an engine: hear it, until it is gone. Harmless where it is heard already. */
  async listen(): Promise<void> {
    if (this.#observing) return;
    this.#observing = true;
    try {
      const events = this.options.observe();
      for (let batch = await events.next(); batch !== null; batch = await events.next()) {
        for (const event of batch) if (event.type === "observed") this.#hear(event.event);
      }
    } finally {
      this.#observing = false;
    }
  }

  /** A message of this tab's Python. */
  receive(message: PythonMessage): void {
    const inference = this.options.server.hear(message);
    if (inference !== null) void this.options.remember(inference);
  }

  #hear(event: EngineEvent): void {
    const inference = this.options.gathering.hear(event);
    const client = clientOf(event);
    // Every tab hears of it: another profile keeps it in its own history.
    if (inference === null || this.options.isOthers(client)) return;
    const remember = (): void => void this.options.remember(inference);
    // Of this profile's tabs the one that asked knows most of it, so it comes first.
    if (client === this.options.tab()) remember();
    else this.options.later(remember);
  }
}
