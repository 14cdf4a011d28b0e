/** What is to be done when something has changed, at a pace that can be read. */
import { useEffect, useRef } from "preact/hooks";

/** A batch changes figures many times a second. */
export const PACE_MS = 500;

/** Acts once in so long while `version` goes on changing, the first time behind its first change. */
export function usePaced(version: number, act: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const known = useRef(version);
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (known.current === version) return;
    known.current = version;
    // One that waits acts for all of them.
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, PACE_MS);
  }, [version]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
}
