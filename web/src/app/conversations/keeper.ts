/**
 * Keeps the conversations that the page works on: stores their changes, takes over what other tabs store, and says
 * which tab runs their turns.
 */
import type { Written } from "../database/changes";
import type { AppDatabase } from "../database/database";
import { isBusy, type Conversation } from "../stores/conversation";
import { KeptConversation, type Shown } from "./kept";
import type { TurnLocks } from "./turn-locks";

export interface KeeperOptions {
  database: AppDatabase;
  locks: TurnLocks;
  now: () => number;
  /** What is being typed in a conversation. */
  draftOf: (conversation: string) => string;
  /** Another tab's changes are in it. */
  adopt: (conversation: Conversation) => void;
  /** A conversation that was busy and is this tab's to go on with. */
  take: (conversation: string) => void;
  /** Something could not be stored; null: it could again. */
  onTrouble: (raw: unknown) => void;
}

/** Between two writings of an answer that grows: a page that crashes loses no more than that. */
const EVERY_MS = 500;
const AGAIN_MS = 3_000;

interface Followed {
  kept: KeptConversation;
  latest: Conversation;
  /** Reading and writing, one after the other. */
  turn: Promise<void>;
  timer: ReturnType<typeof setTimeout> | null;
  /** Shown, or running behind. */
  live: boolean;
}

export class Keeper {
  readonly #followed = new Map<string, Followed>();

  constructor(private readonly options: KeeperOptions) {
    options.database.changes.listen((change, from) => {
      if (change.kind === "conversation" && from === "elsewhere") this.#refresh(change.id, change.written);
    });
  }

  /** A conversation as it is stored, to be shown; null: there is none of that id. */
  async load(id: string): Promise<Conversation | null> {
    const live = this.#followed.get(id);
    if (live?.live === true) return live.latest;
    // What is still being written comes first.
    await live?.turn;
    const kept = new KeptConversation(this.options.database, id, this.options.now());
    const conversation = await kept.load();
    if (conversation === null || this.#followed.get(id)?.live === true) return this.#followed.get(id)?.latest ?? null;
    this.#drop(id);
    this.#followed.set(id, { kept, latest: conversation, turn: Promise.resolve(), timer: null, live: false });
    return conversation;
  }

  /** What the page works on now: each change of it is stored. */
  follow(conversations: readonly Conversation[]): void {
    const live = new Set(conversations.map(({ id }) => id));
    for (const conversation of conversations) this.#take(conversation);
    for (const [id, followed] of this.#followed) {
      if (followed.live && !live.has(id)) this.#leave(id, followed);
    }
  }

  /** Something is typed in a conversation, or no more: it is in the list as long as there is anything in it. */
  drafted(id: string): void {
    const followed = this.#followed.get(id);
    if (followed !== undefined) this.#plan(followed, EVERY_MS);
  }

  /** Store what is not stored yet, now. */
  async flush(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((id) => this.#save(id)));
  }

  /** Forget a conversation without storing it: it is being deleted. */
  drop(id: string): void {
    this.#drop(id);
    this.options.locks.release(id);
  }

  /** This tab may run the turns of a conversation: go on from what the last one has stored. */
  async held(id: string): Promise<void> {
    // What cannot be read keeps nobody from an answer.
    await this.#then(id, (followed) => followed.kept.catchUp(this.#shown(followed))).catch(this.options.onTrouble);
    if (this.#followed.get(id)?.live === true) this.options.take(id);
    else this.options.locks.release(id);
  }

  #take(conversation: Conversation): void {
    const { id } = conversation;
    const followed = this.#followed.get(id);
    if (followed === undefined) {
      const kept = new KeptConversation(this.options.database, id, this.options.now());
      const next = { kept, latest: conversation, turn: Promise.resolve(), timer: null, live: true };
      this.#followed.set(id, next);
      this.#plan(next, 0);
    } else {
      const before = followed.latest;
      followed.live = true;
      followed.latest = conversation;
      if (before !== conversation) this.#plan(followed, stateOf(before) === stateOf(conversation) ? EVERY_MS : 0);
    }
    const { locks } = this.options;
    if (isBusy(conversation)) locks.ask(id);
  }

  #leave(id: string, followed: Followed): void {
    followed.live = false;
    void this.#save(id).then(() => {
      if (this.#followed.get(id) === followed && !followed.live) this.#drop(id);
    });
  }

  #drop(id: string): void {
    const timer = this.#followed.get(id)?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.#followed.delete(id);
  }

  #plan(followed: Followed, afterMs: number): void {
    if (followed.timer !== null) {
      if (afterMs > 0) return;
      clearTimeout(followed.timer);
    }
    followed.timer = setTimeout(() => void this.#save(followed.kept.id), afterMs);
  }

  #save(id: string): Promise<void> {
    return this.#then(id, async (followed) => {
      if (followed.timer !== null) clearTimeout(followed.timer);
      followed.timer = null;
      try {
        await followed.kept.save(this.#shown(followed));
        this.options.onTrouble(null);
      } catch (raw) {
        // Full or blocked: it stays in the page, and is tried again.
        this.options.onTrouble(raw);
        this.#plan(followed, AGAIN_MS);
        return;
      }
      // Stored first: whoever gets the lock reads what was written last.
      if (!isBusy(followed.latest)) this.options.locks.release(id);
    });
  }

  #refresh(id: string, written?: Written): void {
    void this.#then(id, (followed) => followed.kept.refresh(this.#shown(followed), written)).catch(this.options.onTrouble);
  }

  #then(id: string, act: (followed: Followed) => Promise<void>): Promise<void> {
    const followed = this.#followed.get(id);
    if (followed === undefined) return Promise.resolve();
    const acting = followed.turn.then(() => (this.#followed.get(id) === followed ? act(followed) : undefined));
    followed.turn = acting.catch(() => undefined);
    return acting;
  }

  #shown(followed: Followed): Shown {
    return {
      current: () => followed.latest,
      draft: () => this.options.draftOf(followed.kept.id),
      adopt: (conversation) => {
        followed.latest = conversation;
        if (followed.live) this.options.adopt(conversation);
      },
    };
  }
}

/** What is stored at once when it changes: turns that begin or end, and where the branch ends. */
function stateOf({ turns, leaf }: Conversation): string {
  return [leaf ?? "", ...turns.map(({ id, state }) => `${id}:${state.kind}`)].join();
}
