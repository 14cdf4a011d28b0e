/**
 * Joins the conversations of the page to the database: what is on the screen follows the address, what changes is
 * stored, and what other tabs store is shown.
 */
import { effect } from "@preact/signals";
import type { Controller } from "../controller";
import type { AppDatabase } from "../database/database";
import type { Places } from "../places";
import type { AppState } from "../state";
import { emptyConversation } from "../stores/conversation";
import { DraftKeeper } from "./drafts";
import { Keeper } from "./keeper";
import { ConversationList } from "./list";
import { isWorthKeeping } from "./shape";
import type { KeepingState } from "./state";
import type { TurnLocks } from "./turn-locks";

export interface ConversationsOptions {
  database: AppDatabase;
  state: AppState;
  keeping: KeepingState;
  controller: Controller;
  places: Places;
  locks: TurnLocks;
  now: () => number;
}

export class Conversations {
  readonly list: ConversationList;
  readonly #keeper: Keeper;
  readonly #drafts: DraftKeeper;
  /** What is being read to be shown. */
  #opening: string | null = null;

  constructor(private readonly options: ConversationsOptions) {
    const { controller, database, keeping, locks, now, state } = options;
    const onTrouble = (raw: unknown): void => {
      this.#trouble(raw);
    };
    this.#drafts = new DraftKeeper({
      database,
      draft: state.draft,
      attached: state.attached,
      now,
      onTrouble,
      onStored: (id) => {
        this.#keeper.drafted(id);
      },
    });
    this.#keeper = new Keeper({
      database,
      locks,
      now,
      onTrouble,
      draftOf: (id) => this.#drafts.textOf(id),
      adopt: (conversation) => {
        controller.follow(conversation);
      },
      take: (id) => {
        controller.take(id);
      },
    });
    this.list = new ConversationList({
      database,
      now,
      onTrouble,
      onRemove: (id) => {
        this.#keeper.drop(id);
        controller.forget(id);
      },
      onBack: (id) => void this.show(id),
    });
    keeping.lasting.value = database.lasting;
    database.changes.listen((change, from) => {
      if (change.kind === "stop" && from === "elsewhere" && locks.holds(change.id)) controller.stop(change.id);
    });
  }

  /** Begin with what the address names, or with what an earlier page was left in the midst of. */
  async start(): Promise<void> {
    await Promise.all([this.list.start(), this.#begin()]);
  }

  async #begin(): Promise<void> {
    const { places, state } = this.options;
    const named = places.conversation.peek() ?? (await this.#left());
    if (named !== null && state.conversation.peek().turns.length === 0) await this.show(named);
    this.#follow();
  }

  /** Show a conversation, whether it is stored or not. */
  async show(id: string): Promise<void> {
    const { controller, state } = this.options;
    if (state.conversation.peek().id === id || this.#opening === id) return;
    this.#opening = id;
    try {
      const stored = await this.#keeper.load(id);
      // Another one was asked for meanwhile.
      if (this.#opening !== id) return;
      this.#opening = null;
      controller.open(stored ?? emptyConversation(id));
    } catch (raw) {
      this.#opening = null;
      this.#trouble(raw);
    }
  }

  /** Store everything that is not stored yet. */
  async flush(): Promise<void> {
    await Promise.all([this.#drafts.flush(), this.#keeper.flush()]);
  }

  /** This tab may run the turns of a conversation. */
  held(id: string): void {
    this.#elsewhere(id, false);
    void this.#keeper.held(id);
  }

  /** Another tab runs them. */
  waits(id: string): void {
    this.#elsewhere(id, true);
  }

  #trouble(raw: unknown): void {
    if (raw !== null) console.warn("Conversations cannot be stored or read:", raw);
    this.options.keeping.trouble.value = raw !== null;
  }

  #elsewhere(id: string, runs: boolean): void {
    const { elsewhere } = this.options.keeping;
    const ids = new Set(elsewhere.peek());
    if (runs) ids.add(id);
    else ids.delete(id);
    elsewhere.value = ids;
  }

  /** The conversation that was left last in the midst of an answer and that no other tab writes. */
  async #left(): Promise<string | null> {
    const left = await this.options.database.conversations.running();
    left.sort((one, other) => other.changedAt - one.changedAt);
    for (const { id } of left) if (await this.options.locks.isFree(id)) return id;
    return null;
  }

  #follow(): void {
    const { state } = this.options;
    effect(() => {
      this.#keeper.follow([state.conversation.value, ...state.behind.value.values()]);
    });
    effect(() => {
      this.#drafts.show(state.conversation.value.id);
    });
    effect(() => {
      this.#drafts.changed(state.draft.value, state.attached.value);
    });
    this.#keepAddress();
  }

  /** What is on the screen has an address as soon as there is anything in it, and an address shows what it names. */
  #keepAddress(): void {
    const { controller, places, state } = this.options;
    let addressed = state.conversation.peek().id;
    effect(() => {
      const conversation = state.conversation.value;
      const address = isWorthKeeping(conversation, state.draft.value) ? conversation.id : null;
      // The address is ahead while what it names is being read.
      if (this.#opening !== null) return;
      const how = addressed === conversation.id ? "replace" : "push";
      addressed = conversation.id;
      if (places.conversation.peek() !== address) places.show(address, how);
    });
    effect(() => {
      const asked = places.conversation.value;
      if (asked !== null) void this.show(asked);
      else if (isWorthKeeping(state.conversation.peek(), state.draft.peek())) controller.newConversation();
    });
  }
}
