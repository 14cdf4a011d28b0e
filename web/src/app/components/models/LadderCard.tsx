/** The ladder: small models first, better ones behind them; seen and steered. */
import type { JSX } from "preact";
import type { LadderStatus, Rung } from "../../../protocol/wire";
import { text } from "../../text";
import { useApp } from "../context";

export function LadderCard(): JSX.Element {
  const { state, models } = useApp();
  const ladder = state.models.ladder.value;
  const words = text.models.ladder;
  return (
    <section class="card" aria-labelledby="ladder-title" data-testid="ladder">
      <h3 id="ladder-title">{words.title}</h3>
      <p class="section-note">{ladder === null ? words.none : ladderSentence(ladder, nameOf)}</p>
      {ladder !== null && ladder.rungs.length > 0 && (
        <ol class="rungs" aria-label={words.list}>
          {ladder.rungs.map((rung) => (
            <RungRow key={rung.model} rung={rung} pinned={ladder.pinned === rung.model} name={nameOf(rung.model)} />
          ))}
        </ol>
      )}
      {ladder !== null && (
        <div class="section-actions">
          {ladder.running ? (
            <button
              type="button"
              class="outlined"
              data-testid="ladder-stop"
              onClick={() => void models.ladder.stop()}
            >
              {words.stop}
            </button>
          ) : (
            <button
              type="button"
              class="outlined"
              data-testid="ladder-start"
              onClick={() => void models.ladder.start()}
            >
              {words.start}
            </button>
          )}
        </div>
      )}
    </section>
  );

  function nameOf(id: string): string {
    return state.catalogue.value?.find((record) => record.id === id)?.name ?? id;
  }
}

function ladderSentence(ladder: LadderStatus, nameOf: (id: string) => string): string {
  const words = text.models.ladder;
  if (ladder.pinned !== null) return words.pinnedTo(nameOf(ladder.pinned));
  return ladder.running ? words.lead : words.stopped;
}

function RungRow({ rung, pinned, name }: { rung: Rung; pinned: boolean; name: string }): JSX.Element {
  const { models } = useApp();
  const words = text.models.ladder;
  return (
    <li class="rung" data-testid="rung" data-model={rung.model} data-state={rung.state}>
      <span class="rung-name">
        {name}
        {rung.reason !== null && <span class="muted">{rung.reason.message}</span>}
      </span>
      <span class="rung-state">{words.states[rung.state]}</span>
      <button
        type="button"
        class="quiet small"
        data-testid="rung-pin"
        aria-pressed={pinned}
        aria-label={pinned ? words.unpin : words.pinLabel(name)}
        onClick={() => void models.ladder.pin(pinned ? null : rung.model)}
      >
        {pinned ? words.unpin : words.pin}
      </button>
    </li>
  );
}
