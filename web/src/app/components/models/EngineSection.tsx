/** The engine itself: what answers, the ladder, a fresh start, and a report for a bug. */
import type { JSX } from "preact";
import type { LadderStatus, Rung } from "../../../protocol/wire";
import { engineName } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { Confirm } from "./Confirm";

export function EngineSection(): JSX.Element {
  const { state } = useApp();
  const fault = state.models.fault.value;
  return (
    <div class="section" data-scroll>
      {fault !== null && <ErrorCard error={fault} />}
      <Now />
      <LadderCard />
      <ResetCard />
      <ReportCard />
    </div>
  );
}

function Now(): JSX.Element {
  const { state } = useApp();
  const engine = state.engine.value;
  const words = text.models.engine;
  return (
    <section class="card" aria-labelledby="engine-now">
      <h3 id="engine-now">{words.now}</h3>
      {engine.kind === "ready" ? (
        <p class="section-note">
          <strong>{state.modelName.value}</strong> · {engineName(engine.model.engine)}
        </p>
      ) : (
        <p class="section-note">{words.nothing}</p>
      )}
    </section>
  );
}

function LadderCard(): JSX.Element {
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

function ResetCard(): JSX.Element {
  const { state, models } = useApp();
  const words = text.models.engine;
  const resetting = state.models.resetting.value;
  return (
    <section class="card" aria-labelledby="reset-title">
      <h3 id="reset-title">{words.resetTitle}</h3>
      <p class="section-note">{words.resetNote}</p>
      {state.models.question.value?.kind === "reset" ? (
        <Confirm
          testId="question-reset"
          sentences={[text.models.confirm.reset]}
          confirm={text.models.actions.reset}
          back={text.models.actions.notNow}
          onConfirm={() => void models.confirm({ kind: "reset" })}
          onBack={() => {
            models.ask(null);
          }}
        />
      ) : (
        <button
          type="button"
          class="outlined"
          data-testid="engine-reset"
          disabled={resetting}
          onClick={() => {
            models.ask({ kind: "reset" });
          }}
        >
          {resetting ? words.resetting : text.models.actions.reset}
        </button>
      )}
    </section>
  );
}

function ReportCard(): JSX.Element {
  const { state, models } = useApp();
  const report = state.models.report.value;
  const words = text.models.engine;
  const made = report.kind === "made" || report.kind === "copied" ? report.report : null;
  return (
    <section class="card" aria-labelledby="report-title" data-testid="report">
      <h3 id="report-title">{words.reportTitle}</h3>
      <p class="section-note">{words.reportNote}</p>
      {report.kind === "failed" && <ErrorCard error={report.error} />}
      {made !== null && (
        <pre class="report" data-testid="report-text" tabIndex={0} role="region" aria-label={words.reportLabel}>
          {made}
        </pre>
      )}
      <div class="section-actions">
        {made === null ? (
          <button
            type="button"
            class="outlined"
            data-testid="report-make"
            disabled={report.kind === "making"}
            onClick={() => void models.report.make()}
          >
            {report.kind === "making" ? words.makingReport : words.makeReport}
          </button>
        ) : (
          <>
            <button
              type="button"
              class="outlined"
              data-testid="report-copy"
              onClick={() => void models.report.copy()}
            >
              {report.kind === "copied" ? words.reportCopied : words.copyReport}
            </button>
            <button
              type="button"
              class="outlined"
              data-testid="report-save"
              onClick={() => {
                models.report.save();
              }}
            >
              {words.saveReport}
            </button>
          </>
        )}
      </div>
    </section>
  );
}
