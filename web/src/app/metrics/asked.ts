/** Which of this tab's turns waits for the engine: what the engine tells of a request names the tab alone. */
import type { PythonMessage } from "../../protocol/wire";
import { isRecord, textOf } from "../stores/payload";

/** Requests that are remembered: one whose end is never told is forgotten. */
const REMEMBERED = 100;

interface Request {
  turn: string;
  id: string;
  /** Python has its answer. */
  answered: boolean;
  /** The engine has told of its end. */
  told: boolean;
}

/**
 * A tab's requests take their turns in the order of asking. Python and the engine tell of an end on ways of their own:
 * either may come first.
 */
export class AskedRequests {
  #requests: readonly Request[] = [];
  /** The turn whose request came to nothing last: the engine may yet tell of that, once. */
  #failed: string | null = null;

  /** A message of this tab's Python. */
  hear(message: PythonMessage): void {
    if (message.type !== "turn_event") return;
    const { id: turn, name, payload } = message;
    const id = textOf(payload, "request_id");
    if (name === "llm:request") this.#keep([...this.#requests, { turn, id, answered: false, told: false }]);
    if (name !== "llm:response") return;
    const failed = textOf(payload, "status") !== "ok";
    const told = this.#requests.every((request) => request.id !== id || request.told);
    if (failed && !told) this.#failed = turn;
    // What a server has answered, or what came to nothing, the engine may not even have heard of.
    const byEngine = !failed && !(isRecord(payload["engine"]) && payload["engine"]["kind"] === "server");
    this.#change(id, (request) => ({ ...request, answered: true, told: request.told || !byEngine }));
  }

  /**
   * The turn whose request has ended; `again`: it failed, and may be tried again. Null: none waits, so that another
   * program has asked through this tab's Python.
   */
  ended(again: boolean): string | null {
    const waiting = this.#requests.filter(({ told }) => !told);
    const request = waiting.find(({ answered }) => answered) ?? waiting[0];
    if (request === undefined) {
      const turn = this.#failed;
      this.#failed = null;
      return turn;
    }
    if (!again) this.#change(request.id, (each) => ({ ...each, told: true }));
    return request.turn;
  }

  #change(id: string, change: (request: Request) => Request): void {
    this.#keep(this.#requests.map((each) => (each.id === id ? change(each) : each)));
  }

  #keep(requests: readonly Request[]): void {
    this.#requests = requests.filter(({ answered, told }) => !(answered && told)).slice(-REMEMBERED);
  }
}
