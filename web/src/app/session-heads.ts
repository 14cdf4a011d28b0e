/**
 * Where Python's sessions stand: behind which turn of each conversation. A session that stands where the next turn
 * begins goes on by itself; one that stands elsewhere, or is new, is told what was said before.
 */
import type { Conversation } from "./stores/conversation";
import { pathTo } from "./stores/branches";
import { saidIn, type SessionMessage, type Turn } from "./stores/turn";

/** A session holds its history in Python's memory: those that were used last are kept. */
const SESSIONS_KEPT = 8;

/** Not the id of any turn: the session stands where this page cannot tell. */
const SOMEWHERE = "";

export class SessionHeads {
  /** By conversation, the one used last at the end. */
  readonly #heads = new Map<string, string>();

  /** What the session must be told before this turn runs; null where it knows already. */
  historyFor(conversation: Conversation, turn: Turn): SessionMessage[] | null {
    const path = pathTo(conversation, turn.parent);
    const head = this.#heads.get(conversation.id) ?? null;
    const standsThere = turn.resumes === undefined ? head === turn.parent : head === turn.id;
    return standsThere ? null : path.flatMap(saidIn);
  }

  /** A turn goes to its session, which stands behind it from then on. Returns the conversations to be forgotten. */
  moved(conversation: string, turn: string, isBusy: (conversation: string) => boolean): readonly string[] {
    this.#heads.delete(conversation);
    this.#heads.set(conversation, turn);
    const idle = [...this.#heads.keys()].filter((id) => !isBusy(id));
    const surplus = idle.slice(0, Math.max(0, this.#heads.size - SESSIONS_KEPT));
    for (const id of surplus) this.#heads.delete(id);
    return surplus;
  }

  /** A turn has ended without telling what it added. */
  lost(turn: string): void {
    for (const [conversation, head] of this.#heads) if (head === turn) this.#heads.set(conversation, SOMEWHERE);
  }

  forget(conversation: string): void {
    this.#heads.delete(conversation);
  }

  /** Python begins anew and knows nothing. */
  clear(): void {
    this.#heads.clear();
  }
}
