/** The place for metrics: an overview with plots, the history, and a way to forget it all. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { count } from "../../format";
import { type Range, RANGES, type Wanted, withChoice } from "../../metrics/choices";
import { KINDS, OUTCOMES } from "../../metrics/inference";
import { KEPT } from "../../metrics/store";
import { MODES } from "../../settings/choices";
import { text } from "../../text";
import { useApp } from "../context";
import { useInside } from "../inside";
import { Confirm } from "../models/Confirm";
import { PlaceLink } from "../PlaceLink";
import { Choice } from "../settings/fields";
import { HistorySection } from "./HistorySection";
import { useModelName } from "./model-name";
import { OverviewSection } from "./OverviewSection";
import { Pick } from "./Pick";
import "../../styles/metrics.css";

type View = "overview" | "history";

export function MetricsPlace(): JSX.Element {
  const { places } = useApp();
  const view = useSignal<View>(places.section.peek() === "history" ? "history" : "overview");
  const range = useSignal<Range>("recent");
  const wanted = useSignal<Wanted>({});
  const words = text.metrics;
  return (
    <div class="metrics-place">
      <p class="place-lead">{words.lead}</p>
      <div class="metrics-bar">
        <Choice
          label={words.views.label}
          testId="metrics-view"
          options={[
            ["overview", words.views.overview],
            ["history", words.views.history],
          ]}
          value={view.value}
          onChange={(chosen) => {
            view.value = chosen;
          }}
        />
        <Choice
          label={words.range.label}
          testId="metrics-range"
          options={RANGES.map((each) => [each, words.range.options[each]] as const)}
          value={range.value}
          onChange={(chosen) => {
            range.value = chosen;
          }}
        />
      </div>
      <Filters
        wanted={wanted.value}
        oneByOne={view.value === "history"}
        onChange={(chosen) => {
          wanted.value = chosen;
        }}
      />
      {view.value === "overview" ? (
        <OverviewSection range={range.value} wanted={wanted.value} />
      ) : (
        <HistorySection range={range.value} wanted={wanted.value} />
      )}
      <footer class="metrics-foot">
        <p class="muted">{words.kept(count(KEPT))}</p>
        <Reset />
        <PlaceLink to="developer" testId="go-developer">
          {words.developer}
        </PlaceLink>
      </footer>
    </div>
  );
}

interface FiltersProps {
  wanted: Wanted;
  /** Whether single inferences are looked at, which have an outcome. */
  oneByOne: boolean;
  onChange: (wanted: Wanted) => void;
}

function Filters({ wanted, oneByOne, onChange }: FiltersProps): JSX.Element {
  const words = text.metrics;
  const models = useModels();
  const modelName = useModelName();
  const picked =
    <K extends keyof Wanted>(name: K) =>
    (value: Wanted[K] | undefined): void => {
      onChange(withChoice(wanted, name, value));
    };
  const engines = ["webllm", "wllama", "server", "scripted"] as const;
  return (
    <div class="picks" role="group" aria-label={words.filters.label}>
      <Pick
        label={words.filters.model}
        testId="filter-model"
        options={models.map((id) => [id, modelName(id)] as const)}
        value={wanted.model}
        onChange={picked("model")}
      />
      <Pick
        label={words.filters.mode}
        testId="filter-mode"
        options={MODES.map((each) => [each, words.modes[each]] as const)}
        value={wanted.mode}
        onChange={picked("mode")}
      />
      <Pick
        label={words.filters.engine}
        testId="filter-engine"
        options={engines.map((each) => [each, words.engines[each]] as const)}
        value={wanted.engine}
        onChange={picked("engine")}
      />
      {oneByOne && (
        <>
          <Pick
            label={words.filters.outcome}
            testId="filter-outcome"
            options={OUTCOMES.map((each) => [each, words.outcomes[each]] as const)}
            value={wanted.outcome}
            onChange={picked("outcome")}
          />
          <Pick
            label={words.filters.kind}
            testId="filter-kind"
            options={KINDS.map((each) => [each, words.kinds[each]] as const)}
            value={wanted.kind}
            onChange={picked("kind")}
          />
        </>
      )}
    </div>
  );
}

function useModels(): readonly string[] {
  const { metrics } = useInside();
  const models = useSignal<readonly string[]>([]);
  const version = metrics.version.value;
  useEffect(() => {
    let left = false;
    metrics.models().then(
      (known) => {
        if (!left) models.value = known;
      },
      (error: unknown) => {
        console.warn("The models of the history could not be read:", error);
      },
    );
    return () => {
      left = true;
    };
  }, [version]);
  return models.value;
}

function Reset(): JSX.Element {
  const { state } = useApp();
  const { metrics } = useInside();
  const asked = useSignal(false);
  const words = text.metrics.reset;
  const reset = async (): Promise<void> => {
    try {
      await metrics.reset();
      state.announcement.value = words.done;
    } catch (error) {
      console.warn("The figures could not be forgotten:", error);
      state.announcement.value = text.metrics.failed;
    }
    asked.value = false;
  };
  return asked.value ? (
    <Confirm
      testId="question-reset-metrics"
      sentences={[words.question]}
      confirm={words.confirm}
      back={words.back}
      danger
      onConfirm={() => void reset()}
      onBack={() => {
        asked.value = false;
      }}
    />
  ) : (
    <button
      type="button"
      class="outlined"
      data-testid="metrics-reset"
      onClick={() => {
        asked.value = true;
      }}
    >
      {words.open}
    </button>
  );
}
