/** What all of it comes to, in a few numbers. */
import type { JSX } from "preact";
import { count, milliseconds, rate } from "../../format";
import type { Range } from "../../metrics/choices";
import type { Overview } from "../../metrics/overview";
import { countIn } from "../../metrics/sums";
import { meanOf, quantileOf, totalOf } from "../../metrics/summary";
import { text } from "../../text";
import { share } from "./figures";

const NONE = "–";

interface TotalsProps {
  overview: Overview;
  /** Of which time. */
  range: Range;
}

export function Totals({ overview, range }: TotalsProps): JSX.Element {
  const words = text.metrics.totals;
  const { whole, answers, recoveries } = overview;
  const { decode_tokens_per_s: decode, time_to_first_token_ms: first } = whole?.measures ?? {};
  const { prompt_tokens: prompt, completion_tokens: written, reused_tokens: reused } = whole?.measures ?? {};
  const read = prompt === undefined ? 0 : totalOf(prompt);
  const totals: [keyof typeof words, string][] = [
    ["answers", count(answers)],
    ["failed", count(whole === null ? 0 : countIn(whole, ["answer"], ["failed"]))],
    ["decode", decode === undefined ? NONE : rate(meanOf(decode))],
    ["first", first === undefined ? NONE : milliseconds(quantileOf(first, 0.5))],
    ["written", written === undefined ? NONE : count(totalOf(written))],
    ["reused", reused === undefined || read === 0 ? NONE : share(totalOf(reused), read)],
    ["recoveries", count(recoveries)],
  ];
  return (
    <dl class="totals" data-testid="totals" data-range={range}>
      {totals.map(([name, value]) => (
        <div key={name} data-testid={`total-${name}`}>
          <dt>{words[name]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
