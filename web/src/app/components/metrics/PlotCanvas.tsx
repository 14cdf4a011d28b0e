/** Lines over time on a canvas, in the colours of the page's theme. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { aligned } from "../../metrics/aligned";
import type { Measure } from "../../metrics/inference";
import type { Line } from "../../metrics/series";
import { useApp } from "../context";
import { figure, scaleOf, tick } from "./figures";

interface CanvasProps {
  measure: Measure;
  lines: readonly Line[];
  /** What stands at the pointer: a time and a value for each line; null: the pointer is elsewhere. */
  onPoint: (at: number | null, values: readonly (number | null)[]) => void;
}

const HEIGHT = 168;
const S = 1_000;
/** Points are marked where they do not touch. */
const MARKED = 60;

export function PlotCanvas({ measure, lines, onPoint }: CanvasProps): JSX.Element {
  const { theme } = useApp();
  const place = useRef<HTMLDivElement>(null);
  const chosen = theme.current.value;
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const life = new AbortController();
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(box, measure, lines, onPoint), dataOf(measure, lines), box);
    };
    draw();
    // A canvas knows nothing of colours that change with the system.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal: life.signal });
    const sizes = new ResizeObserver(() => {
      if (box.clientWidth > 0 && box.clientWidth !== plot?.width) plot?.setSize({ width: box.clientWidth, height: HEIGHT });
    });
    sizes.observe(box);
    return () => {
      life.abort();
      sizes.disconnect();
      plot?.destroy();
    };
  }, [measure, lines, chosen]);
  return <div ref={place} class="plot-canvas" aria-hidden="true" />;
}

function dataOf(measure: Measure, lines: readonly Line[]): uPlot.AlignedData {
  const { times, values } = aligned(lines);
  const scale = scaleOf(measure);
  return [
    times.map((at) => at / S),
    ...values.map((line) => line.map((value) => (value === null ? null : value * scale))),
  ];
}

function optionsOf(
  box: HTMLElement,
  measure: Measure,
  lines: readonly Line[],
  onPoint: CanvasProps["onPoint"],
): uPlot.Options {
  const ink = getComputedStyle(box).color;
  const grid = { stroke: getComputedStyle(box).borderTopColor, width: 1 };
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const shared = { stroke: ink, font, grid, ticks: { show: false } };
  const scale = scaleOf(measure);
  return {
    width: Math.max(box.clientWidth, 120),
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 26, 0, 0],
    cursor: { y: false, drag: { setScale: false, x: false, y: false } },
    scales: { y: { range: (_plot, _least, greatest) => [0, greatest > 0 ? greatest * 1.1 : 1] } },
    axes: [
      {
        ...shared,
        space: 90,
        size: 28,
        values: (plot, splits) => {
          const { min = 0, max = 0 } = plot.scales["x"] ?? {};
          return splits.map((at) => tick(at * S, (max - min) * S));
        },
      },
      {
        ...shared,
        size: 58,
        space: 36,
        values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : figure(measure, value / scale))),
      },
    ],
    series: [
      {},
      ...lines.map(({ points }, place) => {
        const stroke = colourOf(box, place);
        return { stroke, width: 1.75, spanGaps: true, points: { show: points.length <= MARKED, size: 5, fill: stroke } };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx } = plot.cursor;
          const at = idx === null || idx === undefined ? undefined : plot.data[0][idx];
          if (idx === null || idx === undefined || at === undefined) onPoint(null, []);
          else onPoint(at * S, plot.data.slice(1).map((line) => scaled(line[idx], scale)));
        },
      ],
    },
  };
}

const scaled = (value: number | null | undefined, scale: number): number | null =>
  value === null || value === undefined ? null : value / scale;

/** The colour of a line is that of its name in the legend beside it, as the theme has it now. */
function colourOf(box: HTMLElement, place: number): string {
  const mark = box.closest("figure")?.querySelectorAll(".plot-mark")[place];
  return getComputedStyle(mark ?? box).color;
}
