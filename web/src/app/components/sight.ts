/** Which groups of turns are near to what is read, and which closed chapters. */
import type { Sight } from "./drawn-groups";

/** Of a window's height, above it and below it. */
const NEAR = "200% 0px";

/**
 * Tells what is near of the groups and the closed chapters in an element, whenever that changes. Returns how to end it.
 *
 * A browser looks at each of them in every frame: those are the groups of a few chapters, and one element for each other.
 */
export function watchSight(list: Element, tell: (sight: Sight) => void): () => void {
  const near = new Set<number>();
  const reached = new Set<number>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const { turns, closed } = (target as HTMLElement).dataset;
        note(near, turns, isIntersecting);
        note(reached, closed, isIntersecting);
      }
      tell({ near: new Set(near), reached: new Set(reached) });
    },
    { rootMargin: NEAR },
  );
  for (const element of list.querySelectorAll("[data-turns], [data-closed]")) observer.observe(element);
  return () => {
    observer.disconnect();
  };
}

/** An element that is no group, or no closed chapter any more, has no number. */
function note(found: Set<number>, number: string | undefined, isNear: boolean): void {
  if (number === undefined) return;
  if (isNear) found.add(Number(number));
  else found.delete(Number(number));
}
