/** The title of the document: the place, else the conversation, and the application. */
import { effect } from "@preact/signals";
import type { Places } from "./places";
import { text } from "./text";

export function keepTitle(
  document: { title: string },
  places: Places,
  conversation: () => string = () => "",
): () => void {
  return effect(() => {
    const sheet = places.sheet.value;
    const here = sheet === null ? conversation() : text.places.titles[sheet];
    document.title = here === "" ? text.appName : text.places.title(here, text.appName);
  });
}
