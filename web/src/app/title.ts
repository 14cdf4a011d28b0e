/** The title of the document: the place, else the conversation, and the application. */
import { effect } from "@preact/signals";
import type { Places } from "./places";
import { text } from "./text";

export function keepTitle(
  document: { title: string },
  places: Pick<Places, "sheet">,
  conversation: () => string = () => "",
  /** Whether a conversation may be named: a browser writes titles into its history, where no lock reaches them. */
  named: () => boolean = () => true,
): () => void {
  return effect(() => {
    const sheet = places.sheet.value;
    const here = sheet === null ? (named() ? conversation() : "") : text.places.titles[sheet];
    document.title = here === "" ? text.appName : text.places.title(here, text.appName);
  });
}
