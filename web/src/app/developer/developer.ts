/** What developers see of this page: its events and messages, its sessions, recorded exchanges. */
import type { ToPython } from "../../page/python-host";
import type { PythonMessage } from "../../protocol/wire";
import type { EventLog } from "./event-log";
import { Inspector } from "./inspector";
import { Replayer, type ReplayerOptions } from "./replayer";

export interface DeveloperOptions extends Pick<ReplayerOptions, "send" | "newId" | "now" | "every"> {
  log: EventLog;
}

export class Developer {
  readonly log: EventLog;
  readonly inspector: Inspector;
  readonly replayer: Replayer;

  constructor(private readonly options: DeveloperOptions) {
    this.log = options.log;
    this.inspector = new Inspector(options.send, options.newId);
    this.replayer = new Replayer(options);
  }

  /** A message of Python, at its arrival. */
  receive(message: PythonMessage): void {
    this.#note(message);
    // A Python that has just started knows nothing of who watches.
    if (message.type === "booted" && this.log.watched) this.options.send({ type: "watch_wire", on: true });
    this.inspector.receive(message);
    this.replayer.receive(message);
  }

  /** A message to Python, as it is sent. */
  sent(message: ToPython): void {
    this.log.note("page_to_python", message.type, message);
  }

  #note(message: PythonMessage): void {
    switch (message.type) {
      case "wire_seen":
        for (const { at, to_engine, message: seen } of message.messages) {
          this.log.note(to_engine ? "python_to_engine" : "engine_to_python", String(seen["type"]), seen, { at });
        }
        return;
      case "turn_event":
        this.log.note("amplifier", message.name, message.payload, { turn: message.id });
        return;
      default:
        this.log.note("python_to_page", message.type, message);
    }
  }
}
