/** The clipboard as tools reach it. Browsers want the page to be in front, some also a click just before. */
import { EngineError } from "../bridge/engine-error";
import { type PageServiceFunction, textIn } from "./page-calls";

type Clipboard = Pick<globalThis.Clipboard, "readText" | "writeText">;

/** `clipboard_write`: {text} -> {}. */
export function writesClipboard(clipboard: Clipboard | undefined): PageServiceFunction {
  return async (given) => {
    const text = textIn(given, "text");
    await asked(() => present(clipboard).writeText(text));
    return {};
  };
}

/** `clipboard_read`: {} -> {text}. */
export function readsClipboard(clipboard: Clipboard | undefined): PageServiceFunction {
  return async () => ({ text: await asked(() => present(clipboard).readText()) });
}

function present(clipboard: Clipboard | undefined): Clipboard {
  if (clipboard !== undefined) return clipboard;
  throw new EngineError({
    code: "unsupported",
    message: "The browser gives this page no clipboard.",
    hint: "Open it over https, or from localhost.",
  });
}

async function asked<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (raw) {
    if (raw instanceof EngineError) throw raw;
    throw new EngineError({
      code: "access_denied",
      message: "The browser did not let this page use the clipboard.",
      hint: "Click into the page, allow the clipboard if the browser asks, and try again.",
    });
  }
}
