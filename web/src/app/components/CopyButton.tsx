import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { text } from "../text";
import { useApp } from "./context";
import { Check, Copy } from "./icons";

const SHOWN_FOR_MS = 1600;

interface CopyButtonProps {
  content: string;
  label: string;
  /** The drawing alone: its place says what is copied. */
  bare?: boolean;
}

export function CopyButton({ content, label, bare = false }: CopyButtonProps): JSX.Element {
  const { state } = useApp();
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(content);
    } catch {
      // The browser asks the person, who may say no: that is worth a word, not an error.
      state.announcement.value = text.conversation.copyFailed;
      return;
    }
    copied.value = true;
    state.announcement.value = text.conversation.copied;
    setTimeout(() => {
      copied.value = false;
    }, SHOWN_FOR_MS);
  };
  return (
    <button type="button" class={bare ? "small-icon" : "quiet small"} data-testid="copy" onClick={() => void copy()} aria-label={label} title={label}>
      {copied.value ? <Check /> : <Copy />}
      {!bare && (
        <span aria-hidden="true">{copied.value ? text.conversation.copied : text.conversation.copy}</span>
      )}
    </button>
  );
}
