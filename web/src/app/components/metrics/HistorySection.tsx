/** The inferences one by one, and as a file. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count, milliseconds, rate } from "../../format";
import type { Range, Wanted } from "../../metrics/choices";
import { History } from "../../metrics/history";
import type { Inference } from "../../metrics/inference";
import { text } from "../../text";
import { useInside } from "../inside";
import { usePaced } from "../use-paced";
import { moment } from "./figures";
import { useModelName } from "./model-name";
import { SaveButtons } from "./SaveButtons";

/** The page draws what has changed before it takes up anything that was planned. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export function HistorySection({ range, wanted }: { range: Range; wanted: Wanted }): JSX.Element {
  const { metrics } = useInside();
  const [history] = useState(() => new History(metrics, Date.now, drawn));
  const version = metrics.version.value;
  useEffect(() => {
    void history.start(range, wanted);
  }, [range, wanted]);
  usePaced(version, () => void history.refresh());
  const { found, more, reading, failed, last } = history.view.value;
  const words = text.metrics.history;
  return (
    <>
      <div class="metrics-bar">
        <p class="muted" role="status" data-testid="history-count">
          {words.count(count(found.length))}
        </p>
        <SaveButtons history={history} />
      </div>
      {found.length > 0 ? <Table of={found} /> : !failed && <p>{reading ? words.reading : words.none}</p>}
      {failed && <p role="alert">{text.metrics.failed}</p>}
      {more && (
        <div class="metrics-more">
          <button type="button" class="outlined" data-testid="history-more" disabled={reading} onClick={() => void history.further()}>
            {reading ? words.reading : words.more}
          </button>
          {last !== null && <span class="muted">{words.lookedBack(moment(last.at))}</span>}
        </div>
      )}
    </>
  );
}

function Table({ of }: { of: readonly Inference[] }): JSX.Element {
  const { columns, caption } = text.metrics.history;
  return (
    <div class="history-table" tabIndex={0} role="region" aria-label={caption}>
      <table data-testid="history">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {Object.entries(columns).map(([name, label]) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((inference) => (
            <Row key={`${String(inference.at)} ${inference.id}`} of={inference} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NONE = "–";

function Row({ of: inference }: { of: Inference }): JSX.Element {
  const words = text.metrics;
  const modelName = useModelName();
  const { kind, measured, engine, outcome, code, priority } = inference;
  const shown = (value: number | undefined, as: (value: number) => string): string => (value === undefined ? NONE : as(value));
  const { prompt_tokens: prompt, completion_tokens: completion } = measured;
  const tokens = prompt === undefined && completion === undefined ? NONE : words.history.tokens(shown(prompt, count), shown(completion, count));
  return (
    <tr data-testid="inference" data-kind={kind} data-outcome={outcome}>
      <th scope="row">{moment(inference.at)}</th>
      <td>{kind === "answer" && priority !== "chat" ? words.priorities[priority] : words.kinds[kind]}</td>
      <td>{modelName(inference.model)}</td>
      <td>{engine === null ? NONE : words.engines[engine]}</td>
      <td data-outcome={outcome} title={code ?? undefined}>
        {words.outcomes[outcome]}
      </td>
      <td>{tokens}</td>
      <td>{shown(measured.reused_tokens, count)}</td>
      <td>{shown(measured.time_to_first_token_ms, milliseconds)}</td>
      <td>{shown(measured.decode_tokens_per_s, rate)}</td>
      <td>{shown(measured.duration_ms ?? measured.load_ms ?? measured.recovery_ms, milliseconds)}</td>
    </tr>
  );
}
