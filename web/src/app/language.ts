/** The language of the page: as chosen here, else the first of the browser's languages that there is. */
import { signal } from "@preact/signals";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a person may choose; `system` goes by the browser. */
export type LanguageChoice = "system" | Language;

const KEY = "webllm-provider:language";

/** What every word of the page is read in. Views that read text are drawn again when it changes. */
export const language = signal<Language>("en");

/** What was chosen; only `startLanguage` and `chooseLanguage` write it. */
export const languageChoice = signal<LanguageChoice>("system");

export interface LanguageSite {
  root: HTMLElement;
  /** The browser's languages, the most wanted first. */
  wanted: () => readonly string[];
  storage: Pick<Storage, "getItem" | "setItem"> | null;
}

let site: LanguageSite | null = null;

/** Take up what was chosen earlier, before the first paint: a page that changes its language jumps. */
export function startLanguage(of: LanguageSite): void {
  site = of;
  show(choiceOf(of.storage?.getItem(KEY) ?? null));
}

/** Change the language at once and remember it in this browser. */
export function chooseLanguage(choice: LanguageChoice): void {
  site?.storage?.setItem(KEY, choice);
  show(choice);
}

/** The first wish that there is a catalogue for; English where there is none. */
export function languageFor(wanted: readonly string[]): Language {
  for (const wish of wanted) {
    const primary = wish.toLowerCase().split("-")[0];
    const known = LANGUAGES.find((each) => each === primary);
    if (known !== undefined) return known;
  }
  return "en";
}

function show(choice: LanguageChoice): void {
  languageChoice.value = choice;
  language.value = choice === "system" ? languageFor(site?.wanted() ?? []) : choice;
  if (site !== null) site.root.lang = language.value;
}

function choiceOf(stored: string | null): LanguageChoice {
  return LANGUAGES.find((each) => each === stored) ?? "system";
}
