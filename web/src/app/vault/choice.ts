/** Which profile a tab shows: the one that it showed before, else the one that was chosen last in this browser. */

/** A Storage, as far as it is needed. */
type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface Chosen {
  id: string;
  /** Whether it was locked then: the page draws nothing of its own before it knows. */
  locked: boolean;
}

export class ProfileChoice {
  /** @param tab null, like `browser`, where the browser gives none. */
  constructor(
    private readonly key: string,
    private readonly tab: Kept | null,
    private readonly browser: Kept | null,
  ) {}

  read(): Chosen | null {
    return parsed(this.tab?.getItem(this.key) ?? null) ?? parsed(this.browser?.getItem(this.key) ?? null);
  }

  remember(chosen: Chosen): void {
    const text = JSON.stringify(chosen);
    for (const kept of [this.tab, this.browser]) {
      try {
        kept?.setItem(this.key, text);
      } catch {
        // Full or forbidden: the next start shows the first profile.
      }
    }
  }

  forget(): void {
    this.tab?.removeItem(this.key);
    this.browser?.removeItem(this.key);
  }
}

function parsed(text: string | null): Chosen | null {
  if (text === null) return null;
  try {
    const { id, locked } = JSON.parse(text) as Partial<Record<keyof Chosen, unknown>>;
    return typeof id === "string" ? { id, locked: locked === true } : null;
  } catch {
    return null;
  }
}
