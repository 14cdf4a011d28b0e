import { useState } from "preact/hooks";
import { text } from "../../text";
import { NoPrf } from "../../vault/passkey";

export interface Act {
  busy: boolean;
  /** What went wrong the last time, as a sentence. */
  fault: string | null;
  /** Does it; what it resolves with is said as a fault. */
  run: (work: () => Promise<string | null>) => void;
  clear: () => void;
}

/** One thing that is done at a time, and what became of it. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const run = (work: () => Promise<string | null>): void => {
    if (busy) return;
    setBusy(true);
    setFault(null);
    work()
      .then(setFault, (raw: unknown) => {
        setFault(sentenceOf(raw));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return {
    busy,
    fault,
    run,
    clear: () => {
      setFault(null);
    },
  };
}

function sentenceOf(raw: unknown): string {
  if (raw instanceof NoPrf) return text.data.passkey.unable;
  // The person said no, waited too long, or the browser has no such device.
  if (raw instanceof DOMException && ["NotAllowedError", "AbortError", "InvalidStateError"].includes(raw.name)) {
    return text.data.passkey.refused;
  }
  return text.data.failed(raw instanceof Error ? raw.message : String(raw));
}
