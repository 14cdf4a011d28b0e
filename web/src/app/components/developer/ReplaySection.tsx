/** A recorded exchange, played through a real session and watched step by step. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { count } from "../../format";
import { type Replay, SPEEDS, type Speed } from "../../developer/replayer";
import { TRANSCRIPTS } from "../../developer/transcripts";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { useInside } from "../inside";
import { Markdown } from "../Markdown";
import { Pick } from "../metrics/Pick";
import { FileButton } from "../models/FileButton";
import { Choice } from "../settings/fields";
import { ToolCard } from "../tools/ToolCard";

export function ReplaySection(): JSX.Element {
  const { state } = useApp();
  const { replayer } = useInside().developer;
  const chosen = useSignal(TRANSCRIPTS[0]?.name ?? "");
  const problem = useSignal("");
  useEffect(
    () => () => {
      replayer.close();
    },
    [replayer],
  );
  const words = text.developer.replay;
  const ready = state.python.value.kind === "ready";
  const play = (name: string, read: () => Promise<string>): void => {
    problem.value = "";
    read().then(
      (transcript) => {
        replayer.start(name, transcript);
      },
      (error: unknown) => {
        console.warn("A transcript could not be read:", error);
        problem.value = words.unread;
      },
    );
  };
  const replay = replayer.replay.value;
  return (
    <>
      <p class="setting-note">{words.note}</p>
      <div class="metrics-bar">
        <Pick
          label={words.choose}
          testId="replay-choose"
          always
          options={TRANSCRIPTS.map(({ name }) => [name, words.names[name] ?? name] as const)}
          value={chosen.value}
          onChange={(name) => {
            chosen.value = name ?? "";
          }}
        />
        <button
          type="button"
          class="primary"
          data-testid="replay-start"
          disabled={!ready}
          onClick={() => {
            const transcript = TRANSCRIPTS.find(({ name }) => name === chosen.value);
            if (transcript !== undefined) play(words.names[transcript.name] ?? transcript.name, transcript.read);
          }}
        >
          {words.start}
        </button>
        <FileButton
          accept=".jsonl,application/jsonl"
          testId="replay-file"
          label={words.file}
          onFile={(file) => {
            play(file.name, () => file.text());
          }}
        />
        {!ready && <span class="muted">{words.waits}</span>}
        <span role="alert" class="setting-fault">
          {problem.value}
        </span>
      </div>
      {replay !== null && <Playing replay={replay} />}
    </>
  );
}

function Playing({ replay }: { replay: Replay }): JSX.Element {
  const { replayer } = useInside().developer;
  const words = text.developer.replay;
  const over = replay.shown === replay.steps.length;
  return (
    <section class="replay" aria-label={replay.name} data-testid="replay" data-state={replay.turn.state.kind}>
      <div class="metrics-bar">
        <Choice
          label={words.speed}
          testId="replay-speed"
          options={SPEEDS.map((each) => [String(each), words.speeds[each]] as const)}
          value={String(replayer.speed.value)}
          onChange={(speed) => {
            replayer.setSpeed(SPEEDS.find((each) => String(each) === speed) ?? (8 satisfies Speed));
          }}
        />
        <button
          type="button"
          class="outlined"
          data-testid="replay-step"
          disabled={over}
          onClick={() => {
            replayer.step();
          }}
        >
          {words.step}
        </button>
        <button
          type="button"
          class="outlined"
          data-testid="replay-finish"
          disabled={over}
          onClick={() => {
            replayer.finish();
          }}
        >
          {words.finish}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            replayer.close();
          }}
        >
          {words.stop}
        </button>
      </div>
      <p class="muted" role="status" data-testid="replay-at">
        {words.at(count(replay.shown), count(replay.steps.length))}
      </p>
      <div class="replay-sides">
        <Steps replay={replay} />
        <Answer replay={replay} />
      </div>
    </section>
  );
}

function Steps({ replay }: { replay: Replay }): JSX.Element {
  const words = text.developer.replay;
  const named = replay.steps.slice(0, replay.shown).map((step) => {
    if (step.type === "turn_event") return step.name;
    return step.type === "turn_ended" ? words.ended : words.failed;
  });
  return (
    <ol class="replay-steps" tabIndex={0} role="list" aria-label={words.steps} data-testid="replay-steps">
      {named.map((name, place) => (
        <li key={place}>
          <code>{name}</code>
        </li>
      ))}
    </ol>
  );
}

function Answer({ replay: { turn } }: { replay: Replay }): JSX.Element {
  const words = text.developer.replay;
  return (
    <div class="replay-answer" data-testid="replay-answer">
      <h3>{words.question}</h3>
      <p>{turn.question}</p>
      <h3>{words.answer}</h3>
      {turn.parts.map((part) => {
        if (part.kind === "text") return <Markdown key={part.key} source={part.text} growing={part.open} />;
        return part.kind === "tool" ? <ToolCard key={part.key} part={part} onApprove={() => undefined} /> : null;
      })}
      {turn.state.kind === "stopped" && <p class="muted">{text.conversation.stopped}</p>}
      {turn.state.kind === "failed" && <ErrorCard error={turn.state.error} />}
    </div>
  );
}
