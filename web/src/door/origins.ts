/** Which other origins may use this site's model: asked by them, decided by a person, kept in this browser. */
import { storageNames } from "../offline/names";

export interface Origins {
  /** Origins that wait for an answer, the first to ask first. */
  asked: readonly string[];
  allowed: readonly string[];
}

const NONE: Origins = { asked: [], allowed: [] };
/** Origins that may wait: a page that asks under many names must not fill the list. */
const MOST_ASKED = 10;

export interface OriginsOptions {
  /** URL of the site's root: sites that share an origin share no list. */
  scope: string;
  /** Null where the browser gives none, as to frames of foreign pages: then nobody is allowed. */
  storage: Pick<Storage, "getItem" | "setItem"> | null;
  /** Tells of changes by other documents of the site. */
  changes: Pick<Window, "addEventListener">;
}

export class OtherOrigins {
  readonly #key: string;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly options: OriginsOptions) {
    this.#key = storageNames(options.scope).origins;
    options.changes.addEventListener("storage", ({ key }) => {
      // Null: everything was cleared.
      if (key === this.#key || key === null) this.#tell();
    });
  }

  read(): Origins {
    const text = this.options.storage?.getItem(this.#key) ?? null;
    return text === null ? NONE : parsed(text);
  }

  allows(origin: string): boolean {
    return this.read().allowed.includes(origin);
  }

  /** An origin would like to. Nothing changes where it may, has asked already, or too many have. */
  ask(origin: string): void {
    const { asked, allowed } = this.read();
    if (allowed.includes(origin) || asked.includes(origin) || asked.length >= MOST_ASKED) return;
    this.#write({ asked: [...asked, origin], allowed });
  }

  /** A person says yes. */
  allow(origin: string): void {
    const { asked, allowed } = this.#without(origin);
    this.#write({ asked, allowed: [...allowed, origin] });
  }

  /** A person says no, or no longer. */
  refuse(origin: string): void {
    this.#write(this.#without(origin));
  }

  /** Calls back after every change, here or in another document; returns what ends that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #without(origin: string): Origins {
    const { asked, allowed } = this.read();
    const others = (list: readonly string[]): string[] => list.filter((each) => each !== origin);
    return { asked: others(asked), allowed: others(allowed) };
  }

  #write(origins: Origins): void {
    this.options.storage?.setItem(this.#key, JSON.stringify(origins));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What cannot be read allows nobody. */
function parsed(text: string): Origins {
  try {
    const { asked, allowed } = JSON.parse(text) as Record<keyof Origins, unknown>;
    return isList(asked) && isList(allowed) ? { asked, allowed } : NONE;
  } catch {
    return NONE;
  }
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

/** The storage of a document; null where it may not have any. */
export function storageOf(scope: Pick<Window, "localStorage">): Storage | null {
  try {
    return scope.localStorage;
  } catch {
    return null;
  }
}
