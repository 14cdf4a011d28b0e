/**
 * What a person can do, and what follows from it. The only writer of the application's state.
 *
 * Python and the engine start side by side; a question waits until both are there, one at a time.
 */
import type { LoadWishes } from "../bridge/client";
import type { ToPython } from "../page/python-host";
import type { ModelRecord, PythonMessage } from "../protocol/wire";
import { AnswerAnnouncer } from "./announce";
import { batched, type FrameClock } from "./batching";
import type { SeenEvent, AppState } from "./state";
import {
  cutTurn,
  nextTurn,
  reduceConversation,
  runningTurn,
  turnsOf,
  type Conversation,
  type ConversationAction,
} from "./stores/conversation";
import { lossIn, reduceEngine, type EngineAction, type EngineView } from "./stores/engine";
import { PYTHON_STARTS, reducePython } from "./stores/python";
import { text } from "./text";

/** The Python worker, as the controller uses it. */
export interface PythonSide {
  start(): void;
  send(message: ToPython): void;
}

/** The engine's supervisor, as the controller uses it. */
export interface EngineSide {
  start(model: string): void;
  load(model: string, wishes?: LoadWishes): void;
  restart(): Promise<void>;
}

export interface ControllerOptions {
  state: AppState;
  clock: FrameClock;
  /** Wall clock in ms, for what is shown. */
  now: () => number;
  /** Milliseconds since the page was opened, for what is measured. */
  elapsed: () => number;
  newId: () => string;
}

const EVENTS_KEPT = 20_000;

export class Controller {
  readonly events: SeenEvent[] = [];
  readonly #state: AppState;
  readonly #announcer: AnswerAnnouncer;
  readonly #gather: (message: PythonMessage) => void;
  #python: PythonSide | null = null;
  #engine: EngineSide | null = null;
  #lastModel: string | null = null;

  constructor(private readonly options: ControllerOptions) {
    this.#state = options.state;
    this.#announcer = new AnswerAnnouncer((sentence) => {
      this.#state.announcement.value = sentence;
    });
    this.#gather = batched((messages) => {
      this.#applyMessages(messages);
    }, options.clock);
  }

  /** Start both sides at once; the page is usable meanwhile. */
  start(python: PythonSide, engine: EngineSide, model: string): void {
    this.#python = python;
    this.#engine = engine;
    engine.start(model);
    python.start();
  }

  /** Show a conversation as an earlier page was left, and go on with its answer. Not where one has begun already. */
  restore(conversation: Conversation): void {
    if (this.#state.conversation.value.entries.length > 0) return;
    this.#change({ type: "restored", conversation });
    this.#sendNext();
  }

  // ---- what a person does -------------------------------------------------------------------

  ask(question: string): void {
    const trimmed = question.trim();
    if (trimmed === "") return;
    this.#change({ type: "asked", id: this.options.newId(), question: trimmed, at: this.options.now() });
    this.#sendNext();
  }

  /** Stop the running turn; what waits is withdrawn with `withdraw`. */
  stop(): void {
    const turn = runningTurn(this.#state.conversation.value);
    if (turn === null) return;
    this.#change({ type: "stop_asked", id: turn.id, at: this.options.now() });
    this.#python?.send({ type: "stop", id: turn.id });
  }

  /** Take back a question that has not been sent; its text returns to an empty message box. */
  withdraw(id: string): void {
    const turn = turnsOf(this.#state.conversation.value).find((each) => each.id === id);
    if (turn?.state.kind !== "waiting") return;
    if (this.#state.draft.value.trim() === "") this.#state.draft.value = turn.question;
    this.#change({ type: "removed", id });
  }

  /** Ask a question again whose turn failed or was stopped. */
  retry(id: string): void {
    const conversation = this.#state.conversation.value;
    const turn = turnsOf(conversation).find((each) => each.id === id);
    if (turn === undefined) return;
    // In the last place the failed turn makes room; further up it is history and stays.
    if (conversation.entries.at(-1)?.id === id) this.#change({ type: "removed", id });
    if (this.#state.engine.value.kind === "failed") this.retryModel();
    this.ask(turn.question);
  }

  /** Go on behind the text of an answer that was cut. */
  continueTurn(id: string): void {
    if (cutTurn(this.#state.conversation.value)?.id !== id) return;
    this.#change({ type: "continued", id });
    this.#sendNext();
  }

  newConversation(): void {
    const { id } = this.#state.conversation.value;
    this.stop();
    this.#python?.send({ type: "forget", conversation: id });
    this.#change({ type: "begun", id: this.options.newId() });
  }

  loadModel(model: string, wishes: LoadWishes = {}): void {
    this.#engine?.load(model, wishes);
  }

  /** After a failed load or a dead engine: the same model, by a fresh worker. */
  retryModel(): void {
    void this.#engine?.restart();
  }

  restartPython(): void {
    this.#state.python.value = PYTHON_STARTS;
    this.#python?.start();
    this.#notice(text.conversation.pythonRestarted);
  }

  // ---- what the other threads say -----------------------------------------------------------

  /** A message of the Python worker, at its arrival. */
  receive(message: PythonMessage): void {
    if (message.type === "turn_event") this.#remember(message.id, message.name, message.payload);
    this.#gather(message);
  }

  engineChanged(action: EngineAction): void {
    const before = this.#state.engine.value;
    const after = reduceEngine(before, action);
    this.#tellTrouble(before, after, action);
    if (after === before) return;
    this.#state.engine.value = after;
    if (after.kind !== "ready") return;
    if (before.kind !== "ready") this.#announceReady();
    this.#noticeModel(after.model.id);
    this.#sendNext();
  }

  modelsKnown(models: readonly ModelRecord[]): void {
    this.#state.catalogue.value = models;
  }

  // ---- inside -------------------------------------------------------------------------------

  #applyMessages(messages: readonly PythonMessage[]): void {
    const wasReady = this.#state.readiness.value === "ready";
    let python = this.#state.python.value;
    let conversation = this.#state.conversation.value;
    for (const message of messages) {
      python = reducePython(python, message);
      conversation = reduceConversation(conversation, { type: "python", message, at: this.options.now() });
    }
    this.#state.python.value = python;
    this.#state.conversation.value = conversation;
    this.#announcer.follow(conversation);
    if (!wasReady) this.#announceReady();
    this.#sendNext();
  }

  #announceReady(): void {
    if (this.#state.readiness.value === "ready") this.#state.announcement.value = text.announce.ready;
  }

  #sendNext(): void {
    if (this.#state.readiness.value !== "ready") return;
    const conversation = this.#state.conversation.value;
    const turn = nextTurn(conversation);
    if (turn === null) return;
    this.#change({ type: "sent", id: turn.id });
    this.#python?.send({
      type: "ask",
      id: turn.id,
      conversation: conversation.id,
      text: turn.question,
      journal: true,
      ...(turn.resumes === undefined ? {} : { resume: true }),
    });
  }

  /** Say in the conversation when another model takes over. */
  #noticeModel(model: string): void {
    if (this.#lastModel !== null && this.#lastModel !== model) {
      this.#notice(text.conversation.newModel(this.#state.modelName.value ?? model));
    }
    this.#lastModel = model;
  }

  /** What went wrong without a question of the user's being about it. */
  #tellTrouble(before: EngineView, after: EngineView, action: EngineAction): void {
    if (action.type === "behind_failed") {
      const name = this.#state.catalogue.value?.find(({ id }) => id === action.model)?.name ?? action.model;
      this.#notice(text.recovery.behindFailed(name, action.error.message));
      return;
    }
    const lost = lossIn(after);
    if (lost !== null && lossIn(before) === null) {
      this.#notice(text.recovery.over(text.errors.titles[lost.code]));
    }
  }

  #notice(sentence: string): void {
    this.#change({ type: "noticed", id: this.options.newId(), text: sentence });
  }

  #change(action: ConversationAction): void {
    this.#state.conversation.value = reduceConversation(this.#state.conversation.value, action);
  }

  #remember(turn: string, name: string, payload: SeenEvent["payload"]): void {
    this.events.push({ turn, name, payload, at: this.options.elapsed() });
    if (this.events.length > EVENTS_KEPT) this.events.splice(0, this.events.length - EVENTS_KEPT);
  }
}
