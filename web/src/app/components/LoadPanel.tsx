/** Two lines while things start: what Python does and what the model does; gone when both are ready. */
import type { ComponentChildren, JSX } from "preact";
import type { Progress } from "../../protocol/wire";
import { bytes, duration } from "../format";
import { lossIn, type EngineView } from "../stores/engine";
import type { BootDownload, PythonState } from "../stores/python";
import { text } from "../text";
import { useApp } from "./context";
import { ErrorCard } from "./ErrorCard";

export function LoadPanel(): JSX.Element {
  const { state } = useApp();
  const python = state.python.value;
  const engine = state.engine.value;
  const failed = python.kind === "failed" || engine.kind === "failed";
  const open = state.readiness.value !== "ready";
  return (
    <section class="load-panel" data-open={open} aria-label={text.loading.label} aria-hidden={!open}>
      <div class="load-clip">
        {open && (
          <div class="load-card" data-failed={failed}>
            <PythonRow python={python} />
            <EngineRow engine={engine} />
            <Recovering engine={engine} />
            <LoadErrors python={python} engine={engine} />
          </div>
        )}
      </div>
    </section>
  );
}

interface RowProps {
  name: string;
  state: "active" | "done" | "failed";
  fraction: number | null;
  testIds: { stage: string; progress: string };
  children: ComponentChildren;
}

function Row({ name, state, fraction, testIds, children }: RowProps): JSX.Element {
  return (
    <div class="load-row" data-state={state}>
      <span class="load-name">{name}</span>
      <span class="load-stage" data-testid={testIds.stage}>
        {children}
      </span>
      <progress
        data-testid={testIds.progress}
        max={1}
        aria-label={`${text.loading.label}: ${name}`}
        {...(fraction === null ? {} : { value: fraction })}
      />
    </div>
  );
}

function PythonRow({ python }: { python: PythonState }): JSX.Element {
  const testIds = { stage: "python-stage", progress: "python-progress" };
  switch (python.kind) {
    case "booting":
      return (
        <Row name={text.loading.python} state="active" fraction={python.fraction} testIds={testIds}>
          {text.loading.pythonStages[python.stage]}{" "}
          <Detail>{python.download === null ? python.detail : downloaded(python.download)}</Detail>
        </Row>
      );
    case "ready":
      return (
        <Row name={text.loading.python} state="done" fraction={1} testIds={testIds}>
          {text.loading.ready} <Detail>{python.versions.python}</Detail>
        </Row>
      );
    case "failed":
      return (
        <Row name={text.loading.python} state="failed" fraction={0} testIds={testIds}>
          {text.loading.failed}
        </Row>
      );
  }
}

function downloaded(download: BootDownload): string {
  const { loaded_bytes: loaded, total_bytes: total } = download;
  const here = bytes(loaded);
  return withSpeed(total === null ? here : text.loading.bytesOf(here, bytes(total)), download);
}

function EngineRow({ engine }: { engine: EngineView }): JSX.Element {
  const testIds = { stage: "load-stage", progress: "load-progress" };
  const row = (
    state: RowProps["state"],
    fraction: number | null,
    children: ComponentChildren,
  ): JSX.Element => (
    <Row name={text.loading.model} state={state} fraction={fraction} testIds={testIds}>
      {children}
    </Row>
  );
  switch (engine.kind) {
    case "starting":
      return row("active", null, text.loading.engineStarting);
    case "restarting":
      return row("active", null, text.loading.engineRestarting);
    case "empty":
      return row("failed", 0, text.loading.notLoaded);
    case "failed":
      return row("failed", 0, text.loading.failed);
    case "ready":
      return row("done", 1, text.loading.ready);
    case "loading":
      return row("active", engine.fraction, <ModelStage engine={engine} />);
  }
}

function ModelStage({ engine }: { engine: Extract<EngineView, { kind: "loading" }> }): JSX.Element {
  const { progress } = engine;
  if (progress === null) return <>{text.loading.modelStages.prepare}</>;
  const { loaded_bytes: loaded, total_bytes: total } = progress;
  const here =
    loaded !== null && total !== null && total > 0
      ? text.loading.bytesOf(bytes(loaded), bytes(total))
      : text.loading.percent(progress.fraction * 100);
  return (
    <>
      {text.loading.modelStages[progress.stage]} <Detail>{withSpeed(here, progress)}</Detail>
    </>
  );
}

/** What is here, how fast the rest comes and how long it takes, as far as that is known. */
function withSpeed(here: string, speed: Pick<Progress, "bytes_per_s" | "remaining_s">): string {
  const { bytes_per_s: rate, remaining_s: left } = speed;
  return [
    here,
    ...(rate == null || rate <= 0 ? [] : [text.models.transfer.rate(bytes(rate))]),
    ...(left == null ? [] : [text.models.transfer.left(duration(left))]),
  ].join(" · ");
}

function Detail({ children }: { children: string }): JSX.Element {
  return <span class="load-detail">{children}</span>;
}

/** A load that stopped because the connection costs goes on with the user's word. */
function AgreeToCosts({ engine }: { engine: Extract<EngineView, { kind: "failed" }> }): JSX.Element | null {
  const { models } = useApp();
  const { model } = engine;
  if (engine.error.code !== "consent_required" || model === null) return null;
  return (
    <button
      type="button"
      data-testid="agree-metered"
      onClick={() => {
        models.use(model, true);
      }}
    >
      {text.models.transfer.agree}
    </button>
  );
}

/** Why everything waits for a moment although it was ready before. */
function Recovering({ engine }: { engine: EngineView }): JSX.Element | null {
  const lost = lossIn(engine);
  if (lost === null) return null;
  return (
    <p class="load-note" role="status" data-testid="recovering" data-code={lost.code}>
      {text.recovery.happening(text.errors.titles[lost.code])}
    </p>
  );
}

function LoadErrors({ python, engine }: { python: PythonState; engine: EngineView }): JSX.Element {
  const { actions, models } = useApp();
  const choose = (): void => {
    models.open();
  };
  return (
    <>
      {python.kind === "failed" && (
        <ErrorCard error={python.error}>
          <button
            type="button"
            data-testid="restart-python"
            onClick={() => {
              actions.restartPython();
            }}
          >
            {text.errors.restartPython}
          </button>
        </ErrorCard>
      )}
      {engine.kind === "failed" && (
        <ErrorCard error={engine.error}>
          <button
            type="button"
            data-testid="retry-model"
            onClick={() => {
              actions.retryModel();
            }}
          >
            {text.errors.retry}
          </button>
          <AgreeToCosts engine={engine} />
          <button type="button" class="quiet" onClick={choose}>
            {text.errors.chooseModel}
          </button>
        </ErrorCard>
      )}
      {engine.kind === "empty" && (
        <button type="button" class="quiet" onClick={choose}>
          {text.errors.chooseModel}
        </button>
      )}
    </>
  );
}
