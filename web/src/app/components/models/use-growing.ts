import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** How many rows are drawn at first, and how many more with each frame. */
const STEP = 12;

/** How much of a long list to draw now: what is seen first at once, the rest a piece in each frame. */
export function useGrowing(length: number): number {
  const drawn = useSignal(STEP);
  const complete = drawn.value >= length;
  useEffect(() => {
    if (complete) return;
    const frame = requestAnimationFrame(() => {
      drawn.value += STEP;
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  });
  return drawn.value;
}
