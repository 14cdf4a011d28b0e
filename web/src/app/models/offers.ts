import type { EngineRoom } from "../../page/engine-room";
import type { ModelRecord } from "../../protocol/wire";
import { offerOf } from "./offer";
import type { ModelsState } from "./state";
import type { Verdicts } from "./verdicts";

/** Which offers the user has declined. */
export interface Declined {
  has(model: string): boolean;
  add(model: string): void;
}

const KEY = "declined-models";

/** Kept in this browser; where it stores nothing, for as long as the page lives. */
export function declinedIn(storage: Storage | null): Declined {
  const declined = new Set(stored(storage));
  return {
    has: (model) => declined.has(model),
    add(model) {
      declined.add(model);
      try {
        storage?.setItem(KEY, [...declined].join("\n"));
      } catch {
        // A full or forbidden store: it is remembered until the page is closed.
      }
    },
  };
}

function stored(storage: Storage | null): string[] {
  return storage?.getItem(KEY)?.split("\n") ?? [];
}

/** Offers a model that does better on this device than the one that answers, once. */
export class Offers {
  #asked = false;

  constructor(
    private readonly state: ModelsState,
    private readonly room: EngineRoom,
    private readonly verdicts: Verdicts,
    private readonly declined: Declined,
  ) {}

  /** A model answers: see whether another would be better. */
  async look(loaded: string, records: readonly ModelRecord[]): Promise<void> {
    const { offer } = this.state;
    if (offer.value?.record.id === loaded) offer.value = null;
    if (this.#asked) return;
    this.#asked = true;
    try {
      const choices = await this.room.recommend("general");
      for (const verdict of choices) this.verdicts.take(verdict);
      const found = offerOf(choices, records, loaded);
      offer.value = found !== null && this.declined.has(found.record.id) ? null : found;
    } catch {
      // An offer is a courtesy: without one the list of models is still there. The next model asks again.
      this.#asked = false;
    }
  }

  decline(): void {
    const { offer } = this.state;
    if (offer.value !== null) this.declined.add(offer.value.record.id);
    offer.value = null;
  }
}
