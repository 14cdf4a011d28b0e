/**
 * Which groups of turns are near to what is read. A browser looks in each frame at every element that it is to watch, so
 * it watches those around what is near: a long conversation costs no more than a short one.
 */

/** Of a window's height, above it and below it. */
const NEAR = "200% 0px";
/** Groups that are watched before the first one that is near, and behind the last one. */
const AROUND = 8;

/**
 * Tells which of these elements are near, by their places, whenever that changes. Returns how to end it.
 *
 * @param elements Of the page, one below the other.
 */
export function watchGroups(elements: readonly Element[], tell: (near: ReadonlySet<number>) => void): () => void {
  const watched = new Set<number>();
  const near = new Set<number>();
  const placeOf = new Map(elements.map((element, place) => [element, place]));

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const place = placeOf.get(target);
        if (place === undefined) continue;
        if (isIntersecting) near.add(place);
        else near.delete(place);
      }
      // A leap leaves all behind that is watched: what is near by now is still to be found.
      const goesOn = near.size === 0 ? watchAround(inSight(elements)) : watchAround(...near);
      if (near.size > 0 || !goesOn) tell(new Set(near));
    },
    { rootMargin: NEAR },
  );

  /** Whether that are others than were watched before. */
  function watchAround(...places: number[]): boolean {
    const first = Math.max(0, Math.min(...places) - AROUND);
    const last = Math.min(elements.length - 1, Math.max(...places) + AROUND);
    for (const place of watched) {
      if (place >= first && place <= last) continue;
      watched.delete(place);
      const element = elements[place];
      if (element !== undefined) observer.unobserve(element);
    }
    const before = watched.size;
    for (let place = first; place <= last; place += 1) {
      const element = elements[place];
      if (element === undefined || watched.has(place)) continue;
      watched.add(place);
      observer.observe(element);
    }
    return watched.size > before;
  }

  watchAround(elements.length - 1);
  return () => {
    observer.disconnect();
  };
}

/** The place of the first element that reaches into the window; of the last one where none does. */
function inSight(elements: readonly Element[]): number {
  let [from, to] = [0, elements.length - 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const below = (elements[middle]?.getBoundingClientRect().bottom ?? 0) >= 0;
    if (below) to = middle;
    else from = middle + 1;
  }
  return Math.max(0, from);
}
