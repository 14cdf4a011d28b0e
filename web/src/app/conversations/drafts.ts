/** What is typed and not sent yet, of each conversation: it outlives the page, and comes back with its conversation. */
import type { Signal } from "@preact/signals";
import type { AppDatabase } from "../database/database";
import type { Attached } from "../stores/turn";

export interface DraftKeeperOptions {
  database: AppDatabase;
  draft: Signal<string>;
  attached: Signal<readonly Attached[]>;
  now: () => number;
  /** Stored: the list shows a conversation that has nothing but a draft. */
  onStored: (conversation: string) => void;
  onTrouble: (raw: unknown) => void;
}

const PAUSE_MS = 200;

interface Typed {
  text: string;
  attached: readonly Attached[];
}

const NOTHING: Typed = { text: "", attached: [] };

interface Details {
  attached?: readonly Attached[];
}

export class DraftKeeper {
  #id = "";
  /** As the database has it, as far as this tab knows. */
  #stored: Typed = NOTHING;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();
  /** Counts what was stored here: what was read before it is older. */
  #written = 0;

  constructor(private readonly options: DraftKeeperOptions) {
    options.database.changes.listen((change, from) => {
      if (change.kind === "draft" && from === "elsewhere" && change.id === this.#id) void this.#load();
    });
  }

  /** The text that is typed in a conversation, if it is the one on the screen. */
  textOf(conversation: string): string {
    return conversation === this.#id ? this.options.draft.peek() : "";
  }

  /** Another conversation is on the screen: its draft takes the place of the one before, which is stored. */
  show(conversation: string): void {
    if (conversation === this.#id) return;
    const { attached, draft } = this.options;
    // What was typed before the first conversation was there goes with it.
    if (this.#id !== "") {
      void this.flush();
      draft.value = NOTHING.text;
      attached.value = NOTHING.attached;
    }
    this.#id = conversation;
    this.#stored = NOTHING;
    void this.#load();
  }

  /** Something was typed or attached. */
  changed(text: string, attached: readonly Attached[]): void {
    if (!same({ text, attached }, this.#stored)) this.#timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Store it now. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { database, now, onStored, onTrouble } = this.options;
    const id = this.#id;
    const typed = this.#typed();
    if (id === "" || same(typed, this.#stored)) return this.#writing;
    this.#stored = typed;
    this.#written += 1;
    const { text, attached } = typed;
    const details: Details = attached.length === 0 ? {} : { attached };
    const storing = database.drafts.set({ conversation: id, changedAt: now(), text, details: { ...details } });
    this.#writing = storing.then(() => {
      onStored(id);
    }, onTrouble);
    return this.#writing;
  }

  /** What is on the screen stays where it was changed since: nobody's typing is taken away. */
  async #load(): Promise<void> {
    const id = this.#id;
    const written = this.#written;
    await this.#writing;
    const found = await this.options.database.drafts.get(id).catch((raw: unknown) => {
      this.options.onTrouble(raw);
      return null;
    });
    if (id !== this.#id || written !== this.#written || !same(this.#typed(), this.#stored)) return;
    const { attached = NOTHING.attached } = (found?.details ?? {}) as Details;
    this.#stored = { text: found?.text ?? "", attached };
    this.options.draft.value = this.#stored.text;
    this.options.attached.value = attached;
  }

  #typed(): Typed {
    return { text: this.options.draft.peek(), attached: this.options.attached.peek() };
  }
}

function same(one: Typed, other: Typed): boolean {
  const bare = one.attached.length + other.attached.length === 0;
  return one.text === other.text && (bare || one.attached === other.attached);
}
