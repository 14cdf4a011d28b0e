/**
 * What a person can do, and what follows from it. The only writer of the application's state.
 *
 * Python and the engine start side by side; a question waits until both are there, one at a time.
 */
import type { LoadWishes } from "../bridge/client";
import type { ToPython } from "../page/python-host";
import type { ApprovalChoice, ModelRecord, PythonMessage, SessionSettings } from "../protocol/wire";
import { AnswerAnnouncer } from "./announce";
import { batched, type FrameClock } from "./batching";
import type { SeenEvent, AppState } from "./state";
import {
  cutTurn,
  emptyConversation,
  runningTurn,
  type Conversation,
  type Noticed,
} from "./stores/conversation";
import { lossIn, reduceEngine, type EngineAction, type EngineView } from "./stores/engine";
import { PYTHON_STARTS, reducePython } from "./stores/python";
import type { Attached, Turn } from "./stores/turn";
import { text } from "./text";
import { Turns, type TurnTaking } from "./turns";

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
  /** Which tab runs the turns of a conversation that several show; absent: this one. */
  turns?: TurnTaking;
  /** What a conversation's session is made with. */
  settingsFor?: (conversation: string) => SessionSettings;
}

/** Those of some sixty turns, a megabyte: whoever wants all of them has the developer's console listen. */
export const EVENTS_KEPT = 1_000;

export class Controller {
  readonly events: SeenEvent[];
  readonly #state: AppState;
  readonly #announcer: AnswerAnnouncer;
  readonly #gather: (message: PythonMessage) => void;
  readonly #turns: Turns;
  #python: PythonSide | null = null;
  #engine: EngineSide | null = null;
  #lastModel: string | null = null;

  constructor(private readonly options: ControllerOptions) {
    this.#state = options.state;
    this.events = options.state.events;
    this.#announcer = new AnswerAnnouncer((sentence) => {
      this.#state.announcement.value = sentence;
    });
    this.#turns = new Turns({
      state: options.state,
      now: options.now,
      send: (message) => this.#python?.send(message),
      onSent: (turn) => {
        this.#announcer.expect(turn);
      },
      taking: options.turns,
      settingsFor: options.settingsFor,
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

  // ---- which conversations there are --------------------------------------------------------

  /** Show a conversation as an earlier page was left, and go on with its answer. Not where one has begun already. */
  restore(conversation: Conversation): void {
    if (this.#state.conversation.value.turns.length > 0) return;
    this.#turns.change({ type: "restored", conversation });
    this.#turns.sendNext();
  }

  /** Show another conversation. What runs or waits in the one that is left goes on behind it. */
  open(conversation: Conversation): void {
    this.#turns.open(conversation);
  }

  /** What another tab has stored of a conversation that is shown, or goes on behind. */
  follow(conversation: Conversation): void {
    this.#turns.follow(conversation);
  }

  /** This tab runs the turns of a conversation from now on, also one that another tab has left in its midst. */
  take(id: string): void {
    this.#turns.take(id);
  }

  /** A conversation is no more: an empty one takes its place on the screen. */
  forget(conversation: string): void {
    this.#turns.forget(conversation);
    if (this.#state.conversation.value.id !== conversation) return;
    this.#state.conversation.value = emptyConversation(this.options.newId());
  }

  // ---- what a person does -------------------------------------------------------------------

  ask(question: string, attachments: readonly Attached[] = []): void {
    const trimmed = question.trim();
    if (trimmed === "" && attachments.length === 0) return;
    this.#ask(trimmed, attachments);
  }

  /** Ask in other words: a turn beside the one that was asked, which stays. */
  edit(id: string, question: string, attachments: readonly Attached[] = []): void {
    const turn = this.#turn(id);
    const trimmed = question.trim();
    if (turn === null || (trimmed === "" && attachments.length === 0)) return;
    if (turn.state.kind === "waiting") this.#turns.change({ type: "withdrawn", id });
    else if (runningTurn(this.#state.conversation.value) !== null) this.stop();
    this.#ask(trimmed, attachments, turn.parent);
  }

  /** Stop the running turn of the conversation on the screen, or of another; what waits is withdrawn with `withdraw`. */
  stop(id: string = this.#state.conversation.value.id): void {
    this.#turns.stop(id);
  }

  /** Take back a question that has not been sent; it returns to the message box, before what was typed since. */
  withdraw(id: string): void {
    const turn = this.#turn(id);
    if (turn?.state.kind !== "waiting") return;
    const { draft, attached } = this.#state;
    draft.value = [turn.question, draft.value].filter((part) => part.trim() !== "").join("\n\n");
    attached.value = [...turn.attachments, ...attached.value];
    this.#turns.change({ type: "withdrawn", id });
  }

  /** Ask the same again: another answer beside the first. One that came to nothing makes room. */
  retry(id: string): void {
    const turn = this.#turn(id);
    if (turn === null || turn.state.kind === "waiting") return;
    if (runningTurn(this.#state.conversation.value) !== null) this.stop();
    const behind = this.#state.conversation.value.turns.some(({ parent }) => parent === id);
    if (turn.state.kind === "failed" && turn.parts.length === 0 && !behind) {
      this.#turns.change({ type: "withdrawn", id });
    }
    if (this.#state.engine.value.kind === "failed") this.retryModel();
    this.#ask(turn.question, turn.attachments, turn.parent);
  }

  /** Go on behind the text of an answer that was cut. */
  continueTurn(id: string): void {
    if (cutTurn(this.#state.conversation.value)?.id !== id) return;
    this.#turns.change({ type: "continued", id });
    this.#turns.sendNext();
  }

  /** Answer a tool that asks for consent. */
  approve(approval: string, choice: ApprovalChoice): void {
    this.#turns.change({ type: "approved", approval, choice });
    this.#python?.send({ type: "approve", approval, choice });
  }

  /** Give this conversation a system text of its own, from the next turn on; an empty one takes it back. */
  instruct(instruction: string): void {
    const trimmed = instruction.trim();
    this.#turns.change({ type: "instructed", instruction: trimmed === "" ? null : trimmed });
  }

  /** Show the branch through this turn. */
  switchTo(id: string): void {
    this.#turns.change({ type: "switched", id });
  }

  /** Delete a turn and what follows it; `undoRemoval` brings it back. */
  remove(id: string): void {
    this.#turns.change({ type: "removed", id });
    this.#stopRemoved();
  }

  /** Delete all turns; `undoRemoval` brings them back. */
  clear(): void {
    this.#turns.change({ type: "removed", id: null });
    this.#stopRemoved();
  }

  undoRemoval(): void {
    this.#turns.change({ type: "put_back" });
    this.#turns.sendNext();
  }

  /** The deletion stands. */
  acceptRemoval(): void {
    this.#turns.change({ type: "let_go" });
  }

  newConversation(): void {
    this.open(emptyConversation(this.options.newId()));
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
    this.#turns.pythonStartsAnew();
    this.#python?.start();
    this.#notice({ type: "python_restarted" });
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
    this.#turns.sendNext();
  }

  modelsKnown(models: readonly ModelRecord[]): void {
    this.#state.catalogue.value = models;
  }

  // ---- inside -------------------------------------------------------------------------------

  #applyMessages(messages: readonly PythonMessage[]): void {
    const wasReady = this.#state.readiness.value === "ready";
    this.#state.python.value = messages.reduce(reducePython, this.#state.python.value);
    this.#turns.receive(messages);
    this.#announcer.follow(this.#state.conversation.value);
    if (!wasReady) this.#announceReady();
    this.#turns.sendNext();
  }

  #announceReady(): void {
    if (this.#state.readiness.value === "ready") this.#state.announcement.value = text.announce.ready;
  }

  /** Say in the conversation when another model takes over. */
  #noticeModel(model: string): void {
    if (this.#lastModel !== null && this.#lastModel !== model) {
      this.#notice({ type: "new_model", model: this.#state.modelName.value ?? model });
    }
    this.#lastModel = model;
  }

  /** What went wrong without a question of the user's being about it. */
  #tellTrouble(before: EngineView, after: EngineView, action: EngineAction): void {
    if (action.type === "behind_failed") {
      const name = this.#state.catalogue.value?.find(({ id }) => id === action.model)?.name ?? action.model;
      this.#notice({ type: "behind_failed", model: name, message: action.error.message });
      return;
    }
    const lost = lossIn(after);
    if (lost !== null && lossIn(before) === null) {
      this.#notice({ type: "engine_lost", code: lost.code });
    }
  }

  #notice(what: Noticed): void {
    this.#turns.change({ type: "noticed", id: this.options.newId(), what });
  }

  #ask(question: string, attachments: readonly Attached[], parent?: string | null): void {
    const { newId, now } = this.options;
    const place = parent === undefined ? {} : { parent };
    this.#turns.change({ type: "asked", id: newId(), question, attachments, at: now(), ...place });
    this.#turns.sendNext();
  }

  #turn(id: string): Turn | null {
    return this.#state.conversation.value.turns.find((turn) => turn.id === id) ?? null;
  }

  /** What was deleted writes no further; what waited in it is not sent unless it is brought back. */
  #stopRemoved(): void {
    const { removed } = this.#state.conversation.value;
    for (const { id, state } of removed?.turns ?? []) {
      if (state.kind === "running") this.#python?.send({ type: "stop", id });
    }
    this.#turns.sendNext();
  }

  #remember(turn: string, name: string, payload: SeenEvent["payload"]): void {
    this.events.push({ turn, name, payload, at: this.options.elapsed() });
    if (this.events.length > EVENTS_KEPT) this.events.splice(0, this.events.length - EVENTS_KEPT);
  }
}
