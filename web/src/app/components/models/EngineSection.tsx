/** The engine itself: what answers, the ladder, a fresh start, and a report for a bug. */
import type { JSX } from "preact";
import { engineName } from "../../format";
import { text } from "../../text";
import { useApp } from "../context";
import { ErrorCard } from "../ErrorCard";
import { Confirm } from "./Confirm";
import { LadderCard } from "./LadderCard";
import { ReportCard } from "./ReportCard";

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
