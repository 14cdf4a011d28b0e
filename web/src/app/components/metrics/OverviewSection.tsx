/** Figures and plots of a stretch of time. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Range, Wanted } from "../../metrics/choices";
import { type Overview, OverviewReader, PLOTS } from "../../metrics/overview";
import { type Split, SPLITS } from "../../metrics/series";
import { text } from "../../text";
import { whenIdle } from "../../when-idle";
import { useInside } from "../inside";
import { Choice } from "../settings/fields";
import { usePaced } from "../use-paced";
import { Pick } from "./Pick";
import { PlotFigure } from "./PlotFigure";
import { Totals } from "./Totals";

export function OverviewSection({ range, wanted }: { range: Range; wanted: Wanted }): JSX.Element {
  const { metrics } = useInside();
  const [reader] = useState(() => new OverviewReader(metrics, Date.now, whenIdle));
  const split = useSignal<Split>("none");
  const form = useSignal<"plots" | "tables">("plots");
  const version = metrics.version.value;
  const apart = split.value;
  const read = (): void => void reader.read({ range, split: apart, wanted });
  useEffect(read, [range, apart, wanted]);
  usePaced(version, () => void reader.refresh());
  const state = reader.state.value;
  const words = text.metrics;
  if (state.kind === "reading") return <p role="status">{words.history.reading}</p>;
  if (state.kind === "failed") {
    return (
      <div role="alert">
        <p>{words.failed}</p>
        <button type="button" class="quiet" onClick={read}>
          {words.again}
        </button>
      </div>
    );
  }
  const { overview } = state;
  return overview.whole === null ? (
    <Empty />
  ) : (
    <>
      <Totals overview={overview} range={state.looked.range} />
      <div class="metrics-bar">
        <Choice
          label={words.form.label}
          testId="metrics-form"
          options={[
            ["plots", words.form.plots],
            ["tables", words.form.tables],
          ]}
          value={form.value}
          onChange={(chosen) => {
            form.value = chosen;
          }}
        />
        <Pick
          label={words.split.label}
          testId="metrics-split"
          always
          options={SPLITS.map((each) => [each, words.split.options[each]] as const)}
          value={apart}
          onChange={(chosen) => {
            split.value = chosen ?? "none";
          }}
        />
      </div>
      <Plots overview={overview} split={state.looked.split} asTable={form.value === "tables"} />
    </>
  );
}

function Plots({ overview, split, asTable }: { overview: Overview; split: Split; asTable: boolean }): JSX.Element {
  return (
    <div class="plots">
      {PLOTS.map((name) => (
        <PlotFigure key={name} name={name} lines={overview.plots[name]} split={split} asTable={asTable} />
      ))}
    </div>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="metrics-empty" data-testid="metrics-empty">
      <p>{text.metrics.empty}</p>
      <p class="muted">{text.metrics.emptyNote}</p>
    </div>
  );
}
