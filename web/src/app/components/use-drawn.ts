/**
 * Draws what is near to what is read, one group of turns after the other, so that no piece keeps a key press waiting;
 * what is far away is left out again, and the room that it took stays.
 */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  nextStep,
  NOTHING_DRAWN,
  openOf,
  seen,
  shownOf,
  stepped,
  type Chapters,
  type Groups,
} from "./drawn-groups";
import { watchSight } from "./sight";

/**
 * The groups that are drawn of a conversation of `count`, and the chapters that are open.
 *
 * @param list Holds an element for each group of an open chapter, drawn or not, and one for each closed chapter.
 */
export function useDrawn(list: RefObject<HTMLElement | null>, count: number): { drawn: Groups; open: Chapters } {
  const [drawn, setDrawn] = useState(NOTHING_DRAWN);
  const printed = usePrinted();
  const keepPlace = useKeptPlace(drawn.groups);

  const shown = printed ? all(count) : shownOf(drawn, count);
  const open = openOf(drawn, shown);

  useEffect(() => {
    if (list.current === null) return undefined;
    return watchSight(list.current, (sight) => {
      setDrawn((before) => seen(before, sight));
    });
    // Other chapters that are open are other elements to be watched.
  }, [list, count, [...open].sort().join()]);

  useEffect(() => {
    const elementOf = (group: number): Element | null =>
      list.current?.querySelector(`[data-turns="${String(group)}"]`) ?? null;
    const isUsed = (group: number): boolean => isInUse(elementOf(group));
    const step = nextStep(drawn, count, isUsed);
    if (step === null) return undefined;
    // Behind whatever waits for the page's thread.
    const timer = setTimeout(() => {
      keepPlace(elementOf(step.group));
      setDrawn((before) => stepped(before, step, count));
    });
    return () => {
      clearTimeout(timer);
    };
  }, [list, count, drawn]);

  return { drawn: shown, open };
}

const all = (count: number): Groups => new Set(Array.from({ length: count }, (_, group) => group));

/** What has the focus, is being written, or is marked stays as it is. */
function isInUse(group: Element | null): boolean {
  if (group === null) return false;
  if (group.contains(document.activeElement) || group.querySelector("form") !== null) return true;
  const marked = window.getSelection();
  return marked !== null && !marked.isCollapsed && marked.containsNode(group, true);
}

/** Whether the page is being printed: all of it, then. */
function usePrinted(): boolean {
  const [printed, setPrinted] = useState(false);
  useEffect(() => {
    const life = new AbortController();
    for (const [event, is] of [["beforeprint", true], ["afterprint", false]] as const) {
      window.addEventListener(event, () => { setPrinted(is); }, { signal: life.signal });
    }
    return () => {
      life.abort();
    };
  }, []);
  return printed;
}

/**
 * Leaves what is read where it is when a group above it becomes higher or lower than it was taken to be. Browsers do so
 * themselves, but for Safari.
 */
function useKeptPlace(groups: Groups): (group: Element | null) => void {
  const height = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (height.current === null) return;
    window.scrollBy({ top: document.documentElement.scrollHeight - height.current, behavior: "instant" });
    height.current = null;
  }, [groups]);
  return (group) => {
    const above = group !== null && group.getBoundingClientRect().top < 0;
    height.current = above && !CSS.supports("overflow-anchor", "auto") ? document.documentElement.scrollHeight : null;
  };
}
