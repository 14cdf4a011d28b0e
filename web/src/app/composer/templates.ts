/** Texts that a person keeps to begin messages with. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { Documents } from "../database/database";

export interface Template {
  id: string;
  name: string;
  text: string;
}

const NAME_LENGTH = 40;

export class Templates {
  readonly #all = signal<readonly Template[]>([]);
  readonly #removed = signal<Template | null>(null);

  /** The store comes when the database is open; until then, and without one, they last as long as the page. */
  constructor(
    private readonly store: Promise<Documents>,
    private readonly newId: () => string,
  ) {}

  get all(): ReadonlySignal<readonly Template[]> {
    return this.#all;
  }

  /** The one that was deleted last, as long as it may come back. */
  get removed(): ReadonlySignal<Template | null> {
    return this.#removed;
  }

  /** As they are stored; call it again when another tab has changed them. */
  async read(): Promise<void> {
    const documents = await (await this.store).all();
    this.#all.value = documents.flatMap(({ id, value }) => templateOf(id, value)).sort(byName);
  }

  /** Keep a text under a name; without one, under its own first line. */
  async save(text: string, name = ""): Promise<void> {
    const shown = name.trim() || (text.trim().split("\n", 1)[0] ?? "").slice(0, NAME_LENGTH);
    await this.#put({ id: this.newId(), name: shown, text: text.trim() });
  }

  async rename(id: string, name: string): Promise<void> {
    const before = this.#all.value.find((each) => each.id === id);
    if (before === undefined || name.trim() === "") return;
    await this.#put({ ...before, name: name.trim() });
  }

  async remove(id: string): Promise<void> {
    this.#removed.value = this.#all.value.find((each) => each.id === id) ?? null;
    this.#all.value = this.#all.value.filter((each) => each.id !== id);
    await (await this.store).remove(id);
  }

  async undoRemoval(): Promise<void> {
    const { value } = this.#removed;
    this.#removed.value = null;
    if (value !== null) await this.#put(value);
  }

  /** The deletion stands. */
  acceptRemoval(): void {
    this.#removed.value = null;
  }

  async #put(template: Template): Promise<void> {
    const others = this.#all.value.filter(({ id }) => id !== template.id);
    this.#all.value = [...others, template].sort(byName);
    await (await this.store).set(template.id, { name: template.name, text: template.text });
  }
}

function byName(one: Template, other: Template): number {
  return one.name.localeCompare(other.name);
}

/** What is stored may come from a file that another program wrote. */
function templateOf(id: string, value: unknown): Template[] {
  if (typeof value !== "object" || value === null) return [];
  const { name, text } = value as Partial<Record<string, unknown>>;
  return typeof name === "string" && typeof text === "string" ? [{ id, name, text }] : [];
}
