import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

// A little before it comes into view: its verdict is then there when it is looked at.
const AHEAD = "120px";

/** One observer for all rows of a list: the browser asks each observer anew with every frame. */
class Watch {
  readonly #heard = new Map<Element, () => void>();
  readonly #observer: IntersectionObserver;

  constructor(root: Element) {
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) if (isIntersecting) this.#tell(target);
      },
      { root, rootMargin: AHEAD },
    );
  }

  add(element: Element, onSeen: () => void): void {
    this.#heard.set(element, onSeen);
    this.#observer.observe(element);
  }

  drop(element: Element): void {
    this.#heard.delete(element);
    this.#observer.unobserve(element);
  }

  #tell(element: Element): void {
    const onSeen = this.#heard.get(element);
    this.drop(element);
    onSeen?.();
  }
}

const watches = new WeakMap<Element, Watch>();

function watchOf(root: Element): Watch {
  const watch = watches.get(root) ?? new Watch(root);
  watches.set(root, watch);
  return watch;
}

/** Calls `onSeen` when an element first comes into view. */
export function useSeen(place: RefObject<Element | null>, onSeen: () => void): void {
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watch = watchOf(element.closest("[data-scroll]") ?? document.documentElement);
    watch.add(element, onSeen);
    return () => {
      watch.drop(element);
    };
    // Once for each element: what is seen stays seen.
  }, []);
}
