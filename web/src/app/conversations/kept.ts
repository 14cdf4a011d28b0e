/**
 * One conversation as the page has it and as the database has it. Writings say which revision they have read; where
 * another tab was faster, both versions are merged and written again.
 */
import type { Written } from "../database/changes";
import type { AppDatabase } from "../database/database";
import type { ConversationRecord, TurnHead, TurnRecord } from "../database/records";
import { Outdated } from "../database/rows";
import type { Conversation } from "../stores/conversation";
import { saidOnce } from "../stores/said-once";
import type { Turn } from "../stores/turn";
import { withImages, withoutImages } from "./images";
import { merged, type Base } from "./merge";
import {
  conversationOf,
  frameOf,
  isBare,
  isWorthKeeping,
  newRecord,
  recordOf,
  sameRecord,
  turnRecordOf,
} from "./shape";

/** The page's side of a conversation. */
export interface Shown {
  /** As it is now. */
  current(): Conversation;
  /** What is being typed there. */
  draft(): string;
  /** Another tab's changes are in it. */
  adopt(conversation: Conversation): void;
}

interface StoredTurn {
  /** Without what the search finds it by: a long conversation would be held twice. */
  head: TurnHead;
  /** As the page has it. */
  turn: Turn;
}

interface StoredConversation {
  record: ConversationRecord;
  /** By id. */
  turns: Map<string, StoredTurn>;
}

export class KeptConversation {
  #record: ConversationRecord;
  #turns = new Map<string, StoredTurn>();
  readonly #images = new Set<string>();

  constructor(
    private readonly database: AppDatabase,
    readonly id: string,
    now: number,
  ) {
    this.#record = newRecord(id, now);
  }

  get record(): ConversationRecord {
    return this.#record;
  }

  /** Read it; null where it is not stored, or where nothing is in it any more: then it goes. */
  async load(): Promise<Conversation | null> {
    const found = await this.#read();
    if (found === null) return null;
    this.#agree(found);
    const turns = [...found.turns.values()].map(({ turn }) => turn);
    const conversation = conversationOf(found.record, turns);
    if (!(await this.#isLeftEmpty(conversation))) return conversation;
    try {
      await this.#purge();
      return null;
    } catch (raw) {
      if (!(raw instanceof Outdated)) throw raw;
      return this.load();
    }
  }

  /** It was cleared, and whoever could have taken that back has left. */
  async #isLeftEmpty(conversation: Conversation): Promise<boolean> {
    if (isWorthKeeping(conversation, "") || !isBare(this.#record)) return false;
    return (await this.database.drafts.get(this.id)) === null;
  }

  /** Take over what other tabs have stored since; `written`: what one of them says that it was. */
  async refresh(shown: Shown, written?: Written): Promise<void> {
    // It was read together with a later one.
    if (written !== undefined && written.revision <= this.#record.revision) return;
    const found = (await this.#readNew(written)) ?? (await this.#read());
    // Purged in another tab: what is on the screen stays there, and its next change is stored anew.
    if (found === null) {
      this.#forget();
      return;
    }
    const frame = frameOf(conversationOf(this.#record, []));
    const base: Base = { turns: this.#known(), leaf: this.#record.leaf, frame };
    const turns = [...found.turns.values()].map(({ turn }) => turn);
    const mine = shown.current();
    const both = merged(mine, base, conversationOf(found.record, turns));
    this.#agree(found);
    if (!sameConversation(mine, both)) shown.adopt(both);
  }

  /** Take over what another tab may have stored while the turns were its own. */
  async catchUp(shown: Shown): Promise<void> {
    const record = await this.database.conversations.get(this.id);
    // Each writing of a turn counts up the conversation: where that stands still, nothing has to be read of its turns.
    if (record?.revision !== this.#record.revision) await this.refresh(shown);
  }

  /** Store what has changed in the page since the last time. */
  async save(shown: Shown): Promise<void> {
    for (;;) {
      const conversation = shown.current();
      const draft = shown.draft();
      const bare = !isWorthKeeping(conversation, draft) && isBare(this.#record);
      if (bare && this.#record.revision === 0) return;
      const record = recordOf(conversation, this.#record, draft);
      const changed = conversation.turns.filter((turn) => this.#turns.get(turn.id)?.turn !== turn);
      const here = new Set(conversation.turns.map(({ id }) => id));
      const removed = [...this.#turns.values()].filter(({ turn }) => !here.has(turn.id));
      if (!bare && changed.length + removed.length === 0 && sameRecord(record, this.#record)) return;
      const turns = await Promise.all(changed.map((turn) => this.#recordOf(turn)));
      try {
        if (bare) {
          await this.#purge();
          return;
        }
        const saved = await this.database.conversations.save({
          // Who goes on with a conversation that another tab has deleted wants it back.
          conversation: { ...record, deletedAt: null },
          turns,
          removed: removed.map(({ head }) => head),
        });
        this.#record = saved.conversation;
        for (const { turn } of removed) this.#turns.delete(turn.id);
        for (const [place, turn] of changed.entries()) {
          const stored = saved.turns[place];
          if (stored !== undefined) this.#turns.set(turn.id, { head: headOf(stored), turn });
        }
        return;
      } catch (raw) {
        if (!(raw instanceof Outdated)) throw raw;
        await this.refresh(shown);
      }
    }
  }

  /** What holds nothing any more leaves no empty line in the list. */
  async #purge(): Promise<void> {
    const { revision } = this.#record;
    if (revision > 0) await this.database.conversations.purge(this.id, revision);
    this.#forget();
  }

  /** Nothing of it is stored any more, and images are not either. */
  #forget(): void {
    this.#record = { ...this.#record, revision: 0 };
    this.#turns = new Map();
    this.#images.clear();
  }

  async #recordOf(turn: Turn): Promise<TurnRecord> {
    const lean = await withoutImages(turn, this.id, { blobs: this.database.blobs, stored: this.#images });
    return turnRecordOf(lean, this.id, this.#turns.get(turn.id)?.head.revision ?? 0);
  }

  /** What one saving has changed, read alone; null where more lies between it and what is known here. */
  async #readNew(written: Written | undefined): Promise<StoredConversation | null> {
    const { conversations, turns } = this.database;
    if (written?.revision !== this.#record.revision + 1) return null;
    const record = await conversations.get(this.id);
    if (record?.revision !== written.revision) return null;
    const records = await turns.some(written.turns);
    // As in `#read`: both are of one moment.
    if ((await conversations.get(this.id))?.revision !== record.revision) return null;
    const known = new Map(this.#turns);
    for (const id of written.removed) known.delete(id);
    for (const each of await Promise.all(records.map((one) => this.#turnOf(one)))) known.set(each.turn.id, each);
    return { record, turns: known };
  }

  async #read(): Promise<StoredConversation | null> {
    const { conversations, turns } = this.database;
    for (;;) {
      const record = await conversations.get(this.id);
      if (record === null) return null;
      const records = await turns.of(this.id);
      // Each writing of a turn counts up the conversation: both are of one moment where that stands still.
      if ((await conversations.get(this.id))?.revision !== record.revision) continue;
      const read = await Promise.all(records.map((each) => this.#turnOf(each)));
      return { record, turns: new Map(read.map((each) => [each.turn.id, each])) };
    }
  }

  /** The same object where it is what this tab knows already. */
  async #turnOf(record: TurnRecord): Promise<StoredTurn> {
    const known = this.#turns.get(record.id);
    if (known?.head.revision === record.revision) return known;
    const turn = await withImages(record.turn as Turn, this.database.blobs, this.#images);
    return { head: headOf(record), turn: saidOnce(elsewhere(turn)) };
  }

  #known(): Map<string, Turn> {
    return new Map([...this.#turns].map(([id, { turn }]) => [id, turn]));
  }

  #agree(found: StoredConversation): void {
    this.#record = found.record;
    this.#turns = found.turns;
  }
}

const headOf = ({ id, conversation, revision, askedAt }: TurnHead): TurnHead => ({ id, conversation, revision, askedAt });

/** A running turn of another tab: it is that tab that goes on with it, until this one takes it over. */
function elsewhere(turn: Turn): Turn {
  if (turn.resumes === undefined) return turn;
  const { resumes, ...rest } = turn;
  return resumes === "unsent" ? rest : { ...rest, resumes };
}

function sameConversation(one: Conversation, other: Conversation): boolean {
  return (
    one.leaf === other.leaf &&
    one.turns.length === other.turns.length &&
    one.turns.every((turn, place) => turn === other.turns[place]) &&
    JSON.stringify(frameOf(one)) === JSON.stringify(frameOf(other))
  );
}

