/** Joins the conversations of the page to its database, as soon as that is open. */
import { signal, type Signal } from "@preact/signals";
import type { ElectionLocks } from "../../page/leadership";
import type { Controller } from "../controller";
import type { TurnTaking } from "../turns";
import type { AppDatabase } from "../database/database";
import type { Places } from "../places";
import type { AppState } from "../state";
import { Conversations } from "./conversations";
import type { ConversationList } from "./list";
import { createKeepingState, type KeepingState } from "./state";
import type { Conversation } from "../stores/conversation";
import { titleOf } from "./shape";
import { TurnLocks } from "./turn-locks";

export interface KeepingOptions {
  database: Promise<AppDatabase>;
  /** Undefined in an insecure context. */
  locks: ElectionLocks | undefined;
  nameOfLock: (conversation: string) => string;
  now: () => number;
}

const FLUSHED_WITHIN_MS = 2_000;

/** The keeping of conversations, from the page's first moment on. */
export class Keeping {
  readonly state: KeepingState = createKeepingState();
  /** Null until the database is open. */
  readonly list: Signal<ConversationList | null> = signal(null);
  readonly #locks: TurnLocks;
  #begin: (conversations: Conversations) => void = () => undefined;
  readonly #started = new Promise<Conversations>((begin) => {
    this.#begin = begin;
  });

  constructor(private readonly options: KeepingOptions) {
    this.#locks = new TurnLocks({
      locks: options.locks,
      nameOf: options.nameOfLock,
      onHeld: (id) => void this.#started.then((conversations) => { conversations.held(id); }),
      onElsewhere: (id) => void this.#started.then((conversations) => { conversations.waits(id); }),
    });
  }

  /** What the controller asks before it sends or stops a turn. */
  get turns(): TurnTaking {
    return {
      mayRun: (id) => {
        if (this.#locks.holds(id)) return true;
        this.#locks.ask(id);
        return false;
      },
      stop: (id) => {
        if (!this.state.elsewhere.peek().has(id)) return false;
        void this.options.database.then(({ changes }) => { changes.tell({ kind: "stop", id }); });
        return true;
      },
    };
  }

  /** What a conversation is called in the list; empty before it has a name. */
  titleOf({ id, turns }: Conversation): string {
    const listed = this.list.value?.state.records.value?.find((record) => record.id === id);
    return listed?.title ?? (turns[0] === undefined ? "" : titleOf(turns[0]));
  }

  /** Store what is not stored yet. A database that does not answer keeps nobody waiting for long. */
  async flush(): Promise<void> {
    if (this.list.value === null) return;
    const stored = this.#started.then((conversations) => conversations.flush());
    await Promise.race([stored, new Promise((resolve) => setTimeout(resolve, FLUSHED_WITHIN_MS))]);
  }

  async start(state: AppState, controller: Controller, places: Places): Promise<Conversations> {
    const database = await this.options.database;
    const { now } = this.options;
    const conversations = new Conversations({
      database,
      state,
      keeping: this.state,
      controller,
      places,
      locks: this.#locks,
      now,
    });
    this.list.value = conversations.list;
    this.#begin(conversations);
    await conversations.start();
    return conversations;
  }
}

/** Stores what is not stored yet before the page is hidden, left or frozen. */
export function flushWhenLeft(target: Window, conversations: Conversations): void {
  const flush = (): void => void conversations.flush();
  target.addEventListener("pagehide", flush);
  target.document.addEventListener("visibilitychange", () => {
    if (target.document.visibilityState === "hidden") flush();
  });
}
