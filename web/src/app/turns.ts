/**
 * The conversations that the page works on, the one on the screen and those that go on behind it, and the way of
 * their turns to Python: one at a time in each, as soon as everything is ready.
 */
import type { ToPython } from "../page/python-host";
import type { PythonMessage, SessionSettings } from "../protocol/wire";
import { askOf } from "./asking";
import { SessionHeads } from "./session-heads";
import type { AppState } from "./state";
import {
  isBusy,
  nextTurn,
  reduceConversation,
  runningTurn,
  type Conversation,
  type ConversationAction,
} from "./stores/conversation";

/** Turns are run by one tab at a time. */
export interface TurnTaking {
  /** Whether this tab may send a turn now; else `take` follows as soon as it may. */
  mayRun(conversation: string): boolean;
  /** Stop what another tab runs there; false where none does. */
  stop(conversation: string): boolean;
}

export interface TurnsOptions {
  state: Pick<AppState, "conversation" | "behind" | "readiness">;
  /** Wall clock in ms. */
  now: () => number;
  send: (message: ToPython) => void;
  /** A turn was sent to Python. */
  onSent: (turn: string) => void;
  /** Which tab runs the turns of a conversation that several show; absent: this one. */
  taking: TurnTaking | undefined;
  /** What a conversation's session is made with. */
  settingsFor: ((conversation: string) => SessionSettings) | undefined;
}

export class Turns {
  readonly #heads = new SessionHeads();
  /** Turns that this page has sent to Python. */
  readonly #sent = new Set<string>();

  constructor(private readonly options: TurnsOptions) {}

  get #shown(): Conversation {
    return this.options.state.conversation.value;
  }

  set #shown(conversation: Conversation) {
    this.options.state.conversation.value = conversation;
  }

  get #behind(): ReadonlyMap<string, Conversation> {
    return this.options.state.behind.value;
  }

  // ---- which conversations ------------------------------------------------------------------

  /** Show another conversation. What runs or waits in the one that is left goes on behind it. */
  open(conversation: Conversation): void {
    const left = this.#shown;
    if (left.id === conversation.id) return;
    const behind = new Map(this.#behind);
    const known = behind.get(conversation.id);
    behind.delete(conversation.id);
    if (isBusy(left)) behind.set(left.id, reduceConversation(left, { type: "let_go" }));
    this.options.state.behind.value = behind;
    // Where several tabs share conversations, `take` restores what is this tab's to go on with.
    const alone = this.options.taking === undefined;
    this.#shown = known ?? (alone ? reduceConversation(conversation, { type: "restored", conversation }) : conversation);
    this.sendNext();
  }

  /** What another tab has stored of a conversation that is shown, or goes on behind. */
  follow(conversation: Conversation): void {
    if (this.#shown.id === conversation.id) this.#shown = conversation;
    if (this.#behind.has(conversation.id)) this.#setBehind(new Map(this.#behind).set(conversation.id, conversation));
  }

  /** This tab runs the turns of a conversation from now on, also one that another tab has left in its midst. */
  take(id: string): void {
    const restored = (conversation: Conversation): Conversation =>
      this.#runsHere(conversation) ? conversation : reduceConversation(conversation, { type: "restored", conversation });
    if (this.#shown.id === id) this.#shown = restored(this.#shown);
    const behind = this.#behind.get(id);
    if (behind !== undefined) this.#setBehind(new Map(this.#behind).set(id, restored(behind)));
    this.sendNext();
  }

  /** A conversation is no more: its turns end, and Python forgets its session. */
  forget(conversation: string): void {
    const behind = new Map(this.#behind);
    if (behind.delete(conversation)) this.options.state.behind.value = behind;
    this.#heads.forget(conversation);
    this.options.send({ type: "forget", conversation });
  }

  /** Python begins anew: its sessions know nothing. */
  pythonStartsAnew(): void {
    this.#heads.clear();
  }

  // ---- what happens in them -----------------------------------------------------------------

  /** Something happens to the conversation on the screen. */
  change(action: ConversationAction): void {
    this.#shown = reduceConversation(this.#shown, action);
  }

  /** Stop the running turn of a conversation, in whichever tab it runs. */
  stop(id: string): void {
    const conversation = this.#shown.id === id ? this.#shown : this.#behind.get(id);
    const turn = conversation === undefined ? null : runningTurn(conversation);
    if (conversation === undefined || turn === null || this.options.taking?.stop(id) === true) return;
    this.follow(reduceConversation(conversation, { type: "stop_asked", id: turn.id, at: this.options.now() }));
    this.options.send({ type: "stop", id: turn.id });
  }

  /** What Python has said, in its order. Each conversation is another object once, however many messages there are. */
  receive(messages: readonly PythonMessage[]): void {
    let shown = this.#shown;
    const behind = new Map(this.#behind);
    for (const message of messages) {
      const action = { type: "python", message, at: this.options.now() } as const;
      if (this.#concerns(message, shown)) shown = reduceConversation(shown, action);
      for (const [id, conversation] of behind) {
        if (this.#concerns(message, conversation)) behind.set(id, reduceConversation(conversation, action));
      }
      this.#followSession(message);
    }
    this.#shown = shown;
    this.#setBehind(behind);
  }

  /** Send what can be sent now. */
  sendNext(): void {
    if (this.options.state.readiness.value !== "ready") return;
    const shown = this.#send(this.#shown);
    if (shown !== null) this.#shown = shown;
    const behind = new Map(this.#behind);
    for (const [id, conversation] of behind) behind.set(id, this.#send(conversation) ?? conversation);
    this.#setBehind(behind);
  }

  /** Send the next turn of a conversation. Returns what becomes of it; null where nothing is to be sent. */
  #send(conversation: Conversation): Conversation | null {
    const { taking, send, settingsFor, onSent } = this.options;
    const turn = nextTurn(conversation);
    if (turn === null || taking?.mayRun(conversation.id) === false) return null;
    this.#sent.add(turn.id);
    const history = this.#heads.historyFor(conversation, turn);
    const { instruction } = conversation;
    const chosen = settingsFor?.(conversation.id);
    const settings = instruction === null ? chosen : { ...chosen, instruction };
    send(askOf(turn, { conversation: conversation.id, history, settings }));
    onSent(turn.id);
    const busy = (id: string): boolean => id === conversation.id || this.#behind.has(id);
    for (const id of this.#heads.moved(conversation.id, turn.id, busy)) send({ type: "forget", conversation: id });
    return reduceConversation(conversation, { type: "sent", id: turn.id });
  }

  #runsHere(conversation: Conversation): boolean {
    return this.#sent.has(runningTurn(conversation)?.id ?? "");
  }

  /** What another tab's Python does ends with that one, not with this tab's. */
  #concerns(message: PythonMessage, conversation: Conversation): boolean {
    if (message.type !== "python_failed" || this.options.taking === undefined) return true;
    return this.#runsHere(conversation);
  }

  #followSession(message: PythonMessage): void {
    if (message.type === "python_failed") this.#heads.clear();
    const ends = message.type === "turn_ended" || message.type === "turn_failed";
    if (ends && message.messages === undefined) this.#heads.lost(message.id);
  }

  /** A conversation behind the shown one is seen once with its end, then let go. */
  #setBehind(behind: ReadonlyMap<string, Conversation>): void {
    const before = this.#behind;
    if ([...behind].every(([id, conversation]) => before.get(id) === conversation)) return;
    this.options.state.behind.value = behind;
    const busy = [...behind].filter(([, conversation]) => isBusy(conversation));
    if (busy.length < behind.size) this.options.state.behind.value = new Map(busy);
  }
}
