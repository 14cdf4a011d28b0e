/** `download`: {name, text, type?} -> {name, bytes}. The browser stores the file where it stores downloads. */
import { EngineError } from "../bridge/engine-error";
import { type PageServiceFunction, textIn } from "./page-calls";

const LONGEST_NAME = 120;
const LARGEST = 10_000_000;
/** What a file system takes amiss, or a person could be deceived with. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"/\\|?*]/gu;

export interface Saved {
  name: string;
  blob: Blob;
}

/** Saves through `save`; `saveByLink` is a page's. */
export function downloads(save: (file: Saved) => void): PageServiceFunction {
  return (given) => {
    const text = textIn(given, "text");
    const name = fileName(textIn(given, "name"));
    const type = typeof given["type"] === "string" ? given["type"] : "text/plain;charset=utf-8";
    const blob = new Blob([text], { type });
    if (blob.size > LARGEST) {
      const message = `The file is too large: ${blob.size} bytes, at most ${LARGEST}.`;
      return Promise.reject(new EngineError({ code: "invalid_request", message }));
    }
    save({ name, blob });
    return Promise.resolve({ name, bytes: blob.size });
  };
}

/** A name without folders, signs that are not seen, and dots at its ends; "download.txt" where nothing is left. */
export function fileName(wanted: string): string {
  const last = wanted.split(/[/\\]/u).at(-1) ?? "";
  const name = last
    .replaceAll(UNFIT, "")
    .trim()
    .replace(/^\.+|[. ]+$/gu, "");
  return Array.from(name).slice(-LONGEST_NAME).join("") || "download.txt";
}

/** By a link that nobody sees. */
export function saveByLink(document: Document): (file: Saved) => void {
  return ({ name, blob }) => {
    const address = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    // The browser has taken hold of the content by then; at once would be too early in some.
    setTimeout(() => {
      URL.revokeObjectURL(address);
    }, 60_000);
  };
}
