/** What was stored, told to everybody who shows it: in this tab, and in others of the same profile. */
import type { TurnKey } from "./schema";

/** What one saving of a conversation has written: whoever has the revision before it reads no more than that. */
export interface Written {
  /** Of the conversation, behind the saving. */
  revision: number;
  turns: readonly TurnKey[];
  /** Ids of turns that went. */
  removed: readonly string[];
}

export type Change =
  /** A conversation or its turns were written, or it was purged. `written` absent: read all of it. */
  | { kind: "conversation"; id: string; written?: Written }
  | { kind: "draft"; id: string }
  /** Whichever tab writes an answer into this conversation, or runs this batch, is asked to stop. */
  | { kind: "stop"; id: string }
  | { kind: "template" | "tool" | "setting" | "deck" | "batch"; id: string }
  /** Inferences of the model of this id were added; "": some were removed. */
  | { kind: "inferences"; id: string };

/** A BroadcastChannel, as far as it is needed. */
export interface ChangeChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export type ChangeListener = (change: Change, from: "here" | "elsewhere") => void;

export class Changes {
  readonly #listeners = new Set<ChangeListener>();

  constructor(private readonly channel: ChangeChannel | null) {
    if (channel === null) return;
    channel.onmessage = ({ data }) => {
      this.#heard(data as Change, "elsewhere");
    };
  }

  /** Returns how to stop listening. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    this.channel?.postMessage(change);
    this.#heard(change, "here");
  }

  close(): void {
    this.#listeners.clear();
    this.channel?.close();
  }

  #heard(change: Change, from: "here" | "elsewhere"): void {
    for (const listener of [...this.#listeners]) listener(change, from);
  }
}
