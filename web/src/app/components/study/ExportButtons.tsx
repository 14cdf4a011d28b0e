/** A deck as a file: JSON, CSV, or a package for Anki. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { saveByLink } from "../../../page/download";
import type { Deck } from "../../study/deck";
import { exported, FORMATS, type Format } from "../../study/exports/export";
import { text } from "../../text";
import { useStudy } from "./context";

const words = text.study.deck;

type State = { kind: "idle" } | { kind: "working"; format: Format } | { kind: "failed" };

export function ExportButtons({ deck }: { deck: Deck }): JSX.Element | null {
  const { now } = useStudy();
  const [state, setState] = useState<State>({ kind: "idle" });
  const label = useId();
  if (deck.cards.length === 0) return null;
  const take = async (format: Format): Promise<void> => {
    setState({ kind: "working", format });
    try {
      const { name, content } = await exported(deck, format, now());
      saveByLink(document)({ name, blob: content });
      setState({ kind: "idle" });
    } catch (error) {
      console.warn("A deck could not be made into a file:", error);
      setState({ kind: "failed" });
    }
  };
  return (
    <div class="deck-export" role="group" aria-labelledby={label}>
      <span id={label}>{words.export}</span>
      {FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          class="outlined"
          data-testid={`export-${format}`}
          disabled={state.kind === "working"}
          onClick={() => void take(format)}
        >
          {words.formats[format]}
        </button>
      ))}
      {state.kind === "failed" && (
        <p class="setting-fault" role="alert">
          {words.exportFailed}
        </p>
      )}
    </div>
  );
}
