/** The text of an answer. What reads Markdown comes behind the first paint; until then the text is as it was written. */
import { signal } from "@preact/signals";
import type { FunctionComponent, JSX } from "preact";
import { useEffect } from "preact/hooks";

export interface AnswerTextProps {
  source: string;
  growing?: boolean;
}

const reader = signal<FunctionComponent<AnswerTextProps> | null>(null);
let coming: Promise<void> | null = null;

/** Fetches what reads Markdown, once; where it cannot be fetched, the next text asks again. */
export function fetchMarkdown(): Promise<void> {
  coming ??= import("./Markdown").then(
    ({ Markdown }) => {
      reader.value = Markdown;
    },
    () => {
      coming = null;
    },
  );
  return coming;
}

export function AnswerText(props: AnswerTextProps): JSX.Element {
  const Markdown = reader.value;
  useEffect(() => {
    void fetchMarkdown();
  }, []);
  if (Markdown !== null) return <Markdown {...props} />;
  return (
    <div class="prose unread" data-testid="answer-text">
      {props.source}
    </div>
  );
}
