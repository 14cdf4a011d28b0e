import type { JSX } from "preact";
import { fullMoment, shortMoment } from "../../moment";

/** When something was said: how long ago, and the exact moment for whoever points at it. */
export function Moment({ at }: { at: number }): JSX.Element {
  return (
    <time class="moment" dateTime={new Date(at).toISOString()} title={fullMoment(at)}>
      {shortMoment(at)}
    </time>
  );
}
