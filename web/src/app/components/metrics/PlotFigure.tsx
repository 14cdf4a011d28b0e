/** One plot with its name, its legend and what stands at the pointer; or the same as a table. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PlotName } from "../../metrics/overview";
import type { Line, Split } from "../../metrics/series";
import type { EngineKind } from "../../../protocol/wire";
import type { Mode } from "../../settings/choices";
import { count } from "../../format";
import { text } from "../../text";
import { useModelName } from "./model-name";
import { figure, moment } from "./figures";
import { PlotCanvas } from "./PlotCanvas";

interface FigureProps {
  name: PlotName;
  lines: readonly Line[];
  split: Split;
  asTable: boolean;
}

interface Pointed {
  at: number;
  values: readonly (number | null)[];
}

export function PlotFigure({ name, lines, split, asTable }: FigureProps): JSX.Element {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const nameOf = useLineNames(split);
  const words = text.metrics;
  const [title = "", unit = ""] = words.plots[name];
  const points = lines.flatMap((line) => line.points);
  const latest = points.reduce<(typeof points)[number] | null>((last, each) => (last === null || each.at >= last.at ? each : last), null);
  const named = (value: number | null, place: number): string =>
    value === null ? "" : `${lines.length > 1 ? `${nameOf(lines[place]?.name ?? null)} ` : ""}${figure(name, value)}`;
  return (
    <figure class="plot" data-testid={`plot-${name}`}>
      <figcaption>
        <h3 id={`plot-${name}`}>{title}</h3>
        <span class="muted">{unit}</span>
      </figcaption>
      {latest === null ? (
        <p class="plot-none">{words.nothingMeasured}</p>
      ) : asTable ? (
        <PlotTable name={name} lines={lines} nameOf={nameOf} />
      ) : (
        <>
          <p class="plot-readout" aria-hidden="true">
            {pointed === null
              ? words.latest(figure(name, latest.value))
              : words.readout(moment(pointed.at), pointed.values.map(named).filter(Boolean).join(", "))}
          </p>
          <ul class="plot-legend" data-many={lines.length > 1}>
            {lines.map((line, place) => (
              <li key={line.name}>
                <i class={`plot-mark plot-mark-${String(place + 1)}`} />
                {nameOf(line.name)}
              </li>
            ))}
          </ul>
          <div role="img" aria-label={words.summary(title, unit, figure(name, latest.value), points.length)}>
            <PlotCanvas
              measure={name}
              lines={lines}
              onPoint={(at, values) => {
                setPointed(at === null ? null : { at, values });
              }}
            />
          </div>
        </>
      )}
    </figure>
  );
}

/** What a line is called. */
function useLineNames(split: Split): (name: string | null) => string {
  const modelName = useModelName();
  const { modes, engines, othersLine, restLine } = text.metrics;
  return (name) => {
    if (name === null) return split === "none" ? othersLine : restLine;
    if (split === "mode") return modes[name as Mode];
    return split === "engine" ? engines[name as EngineKind] : modelName(name);
  };
}

interface TableProps {
  name: PlotName;
  lines: readonly Line[];
  nameOf: (name: string | null) => string;
}

function PlotTable({ name, lines, nameOf }: TableProps): JSX.Element {
  const { columns } = text.metrics;
  const rows = lines.flatMap((line) => line.points.map((point) => ({ line: line.name, point })));
  rows.sort((one, other) => other.point.at - one.point.at);
  return (
    <div class="plot-table" tabIndex={0} role="region" aria-labelledby={`plot-${name}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{columns.at}</th>
            <th scope="col">{columns.line}</th>
            <th scope="col">{columns.value}</th>
            <th scope="col">{columns.least}</th>
            <th scope="col">{columns.greatest}</th>
            <th scope="col">{columns.count}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ line, point }, place) => (
            <tr key={`${line ?? ""} ${String(point.at)} ${String(place)}`}>
              <th scope="row">{moment(point.at)}</th>
              <td>{nameOf(line)}</td>
              <td>{figure(name, point.value)}</td>
              <td>{figure(name, point.least)}</td>
              <td>{figure(name, point.greatest)}</td>
              <td>{count(point.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
