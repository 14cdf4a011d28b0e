/** What every part of the page is made with: where the site lies, which build it is of, what its address asks for. */
import { storageNames, type StorageNames } from "../../offline/names";
import { newId } from "../new-id";
import { readOptions, type Options } from "../options";

export interface Page {
  /** The site's root. */
  root: URL;
  names: StorageNames;
  /** Differs between any two builds. */
  build: string;
  /** Names this tab to those that it shares things with. */
  tab: string;
  options: Options;
}

export function readPage(document: Document): Page {
  const root = new URL("./", document.baseURI);
  return {
    root,
    names: storageNames(root.href),
    build: document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? "unknown",
    tab: newId(),
    options: readOptions(document.location.search),
  };
}
