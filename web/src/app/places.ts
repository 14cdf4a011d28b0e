/**
 * Where in the application a person is, as the address says it: `#/c/<id>` a conversation, `#/models`, `#/study`
 * and so on a sheet over it, `#/settings/server` a part of one.
 *
 * The back button closes a sheet that was opened here. A link to one from elsewhere opens it over the conversation
 * that was there last.
 */
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";

export const SHEETS = [
  "study",
  "batch",
  "metrics",
  "models",
  "tools",
  "settings",
  "help",
  "data",
  "developer",
] as const;
export type Sheet = (typeof SHEETS)[number];

/** What the address says. */
export type Address =
  { kind: "conversation"; id: string | null } | { kind: "sheet"; sheet: Sheet; section: string | null };

/** The browser's window, as far as it is needed. */
export interface PlacesWindow {
  readonly history: Pick<History, "state" | "pushState" | "replaceState" | "back">;
  readonly location: { readonly hash: string };
  addEventListener(type: "popstate", listener: () => void): void;
}

/** What lies in the history beside the address of a sheet that was opened from this page. */
interface Opened {
  opened: true;
}

export function addressOf(hash: string): Address {
  const [, first, second] = /^#\/([^/]*)(?:\/(.*))?$/.exec(hash) ?? [];
  const sheet = SHEETS.find((each) => each === first);
  if (sheet !== undefined) return { kind: "sheet", sheet, section: decoded(second) };
  return { kind: "conversation", id: first === "c" ? decoded(second) : null };
}

export function hashOf(address: Address): string {
  if (address.kind === "conversation") {
    return address.id === null ? "#/" : `#/c/${encodeURIComponent(address.id)}`;
  }
  return address.section === null ? `#/${address.sheet}` : `#/${address.sheet}/${encodeURIComponent(address.section)}`;
}

export class Places {
  readonly #sheet: Signal<Sheet | null> = signal(null);
  readonly #section = signal<string | null>(null);
  readonly #conversation = signal<string | null>(null);
  /** A step back has been asked of the browser, which takes it later: what is to open then. */
  #leaving: { then: (() => void) | null } | null = null;

  constructor(private readonly window: PlacesWindow) {
    this.#read();
    window.addEventListener("popstate", () => {
      const leaving = this.#leaving;
      this.#leaving = null;
      if (leaving !== null) this.#name(this.#conversation.value);
      this.#read();
      leaving?.then?.();
    });
  }

  /** The sheet that lies over the conversation. */
  get sheet(): ReadonlySignal<Sheet | null> {
    return this.#sheet;
  }

  /** The part of the sheet that was asked for. */
  get section(): ReadonlySignal<string | null> {
    return this.#section;
  }

  /** The conversation that the address names; null: none in particular. Under a sheet it stays what it was. */
  get conversation(): ReadonlySignal<string | null> {
    return this.#conversation;
  }

  open(sheet: Sheet, section: string | null = null): void {
    if (this.#leaving !== null) {
      this.#leaving.then = () => {
        this.open(sheet, section);
      };
      return;
    }
    const hash = hashOf({ kind: "sheet", sheet, section });
    const { history } = this.window;
    // From one sheet to the next, back still leads to the conversation.
    if (this.#sheet.value === null) history.pushState({ opened: true } satisfies Opened, "", hash);
    else history.replaceState(history.state, "", hash);
    this.#read();
  }

  /** Back to the conversation beneath the sheet. */
  close(): void {
    if (this.#sheet.value === null) return;
    this.#sheet.value = null;
    this.#section.value = null;
    const { history } = this.window;
    if (isOpened(history.state)) {
      this.#leaving = { then: null };
      history.back();
    } else {
      this.#name(this.#conversation.value);
    }
  }

  /**
   * A conversation is shown. `replace`: it takes the place of the one in the address, back skips that, and a sheet
   * that lies over it stays.
   */
  show(conversation: string | null, how: "push" | "replace" = "push"): void {
    if (this.#leaving !== null) {
      this.#leaving.then = () => {
        this.show(conversation, how);
      };
      return;
    }
    const covered = this.#sheet.value !== null;
    if (covered && how === "replace") {
      this.#conversation.value = conversation;
      return;
    }
    if (covered || how === "replace" || this.#conversation.value === conversation) this.#name(conversation);
    else this.window.history.pushState(null, "", hashOf({ kind: "conversation", id: conversation }));
    this.#read();
  }

  #name(conversation: string | null): void {
    this.window.history.replaceState(null, "", hashOf({ kind: "conversation", id: conversation }));
  }

  #read(): void {
    const address = addressOf(this.window.location.hash);
    this.#sheet.value = address.kind === "sheet" ? address.sheet : null;
    this.#section.value = address.kind === "sheet" ? address.section : null;
    if (address.kind === "conversation") this.#conversation.value = address.id;
  }
}

const isOpened = (state: unknown): state is Opened =>
  typeof state === "object" && state !== null && "opened" in state;

function decoded(part: string | undefined): string | null {
  if (part === undefined || part === "") return null;
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that means nothing: somebody wrote the address by hand.
    return null;
  }
}
