/** What a new deck is made of: a topic, or a text that is pasted, dropped or chosen. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { count as counted } from "../../format";
import { LONGEST_SOURCE, type Source } from "../../study/deck";
import { text } from "../../text";
import { useApp } from "../context";
import { Choice } from "../settings/fields";
import { TextFileField } from "../TextFileField";
import { CountField } from "./CountField";
import { useStudy } from "./context";

const words = text.study.begin;

const LONGEST_TOPIC = 200;

export function NewDeck(): JSX.Element {
  const { places, state } = useApp();
  const { decks, making } = useStudy();
  const [kind, setKind] = useState<Source["kind"]>("topic");
  const [topic, setTopic] = useState("");
  const [pasted, setPasted] = useState("");
  const [count, setCount] = useState(10);
  const title = useId();
  const written = (kind === "topic" ? topic : pasted).trim();
  const ready = state.engine.value.kind === "ready";
  const hindrance = hindranceOf(written.length, ready, making.progress.value !== null);
  const make = async (): Promise<void> => {
    places.open("study", await making.begin({ kind, text: written }, count));
  };
  return (
    <section class="study-section" aria-labelledby={title}>
      <h3 id={title}>{words.title}</h3>
      <form
        class="new-deck"
        data-testid="new-deck"
        onSubmit={(event) => {
          event.preventDefault();
          if (written !== "" && hindrance === null) void make();
        }}
      >
        <Choice
          label={words.of}
          testId="deck-kind"
          options={[
            ["topic", words.kinds.topic],
            ["text", words.kinds.text],
          ]}
          value={kind}
          onChange={setKind}
        />
        {kind === "topic" ? <Topic value={topic} onChange={setTopic} /> : <Text value={pasted} onChange={setPasted} />}
        <div class="new-deck-actions">
          <CountField label={words.count} testId="deck-count" value={count} onChange={setCount} />
          <button type="submit" class="primary" data-testid="make-cards" disabled={written === "" || hindrance !== null}>
            {words.make}
          </button>
          <button
            type="button"
            class="quiet"
            data-testid="empty-deck"
            onClick={() => {
              const name = written === "" ? words.emptyName : undefined;
              places.open("study", decks.begin(written === "" ? null : { kind, text: written }, name).id);
            }}
          >
            {words.empty}
          </button>
        </div>
        {hindrance !== null && (
          <p class="muted" role="status" data-testid="deck-hindrance">
            {hindrance}
          </p>
        )}
      </form>
    </section>
  );
}

/** Why no cards can be made now, if there is a reason. */
function hindranceOf(letters: number, ready: boolean, busy: boolean): string | null {
  if (letters > LONGEST_SOURCE) return words.fileTooLong(counted(letters), counted(LONGEST_SOURCE));
  if (!ready) return words.noModel;
  return busy ? words.busy : null;
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function Topic({ value, onChange }: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="study-field">
      <label for={id}>{words.topic}</label>
      <input
        id={id}
        type="text"
        data-testid="deck-topic"
        placeholder={words.topicExample}
        maxLength={LONGEST_TOPIC}
        autocomplete="off"
        value={value}
        onInput={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    </div>
  );
}

function Text({ value, onChange }: FieldProps): JSX.Element {
  return (
    <TextFileField
      label={words.text}
      testId="deck-text"
      note={words.textNote}
      value={value}
      onWrite={onChange}
      file={{ label: words.file, testId: "deck-file", accept: ".txt,.md,.csv,.json,text/*" }}
      onFile={(_name, found) => {
        onChange(found);
      }}
      noText={words.fileNoText}
    />
  );
}
