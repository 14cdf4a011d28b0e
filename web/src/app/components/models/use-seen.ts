import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

// A little before it comes into view: its verdict is then there when it is looked at.
const AHEAD = "120px";

/** Calls `onSeen` when an element first comes into view. */
export function useSeen(place: RefObject<Element | null>, onSeen: () => void): void {
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        onSeen();
      },
      { root: element.closest("[data-scroll]"), rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
    // Once for each element: what is seen stays seen.
  }, []);
}
