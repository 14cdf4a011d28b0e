/**
 * What stands earlier in a long conversation is drawn piece by piece, once the page has nothing else to do: its end is
 * there as fast as that of a short one, and no piece keeps a key press waiting.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { whenIdle } from "../when-idle";

/** Groups: more than a window shows. */
const AT_ONCE = 3;

interface Earlier {
  /** Null: nothing is drawn yet. */
  conversation: string | null;
  /** So many from the beginning are not drawn yet. */
  hidden: number;
}

const NOTHING: Earlier = { conversation: null, hidden: 0 };

/** How many of a conversation's `count` groups of turns are left out for now, counted from its beginning. */
export function useEarlier(conversation: string, count: number): number {
  const [earlier, setEarlier] = useState(NOTHING);
  const height = useRef<number | null>(null);
  // Another conversation begins anew; one that has become shorter has less to leave out.
  const known = earlier.conversation === conversation ? earlier.hidden : count - AT_ONCE;
  const hidden = Math.max(0, Math.min(known, count - 1));
  // An empty one has begun with nothing: what comes back into it, or from another tab, may be long.
  const drawn = count === 0 ? null : conversation;
  useLayoutEffect(() => {
    setEarlier({ conversation: drawn, hidden });
  }, [drawn]);
  useEffect(() => {
    if (hidden === 0) return undefined;
    let left = false;
    whenIdle(() => {
      if (left) return;
      height.current = keepsPlace() ? null : document.documentElement.scrollHeight;
      setEarlier({ conversation, hidden: hidden - 1 });
    });
    return () => {
      left = true;
    };
  }, [conversation, hidden]);
  useLayoutEffect(() => {
    if (height.current === null) return;
    window.scrollBy({ top: document.documentElement.scrollHeight - height.current, behavior: "instant" });
    height.current = null;
  }, [hidden]);
  return hidden;
}

/**
 * Whether the browser itself leaves what is read where it is while something comes above it. Safari does not, and none
 * does at the very top of a page.
 */
const keepsPlace = (): boolean =>
  window.scrollY > 0 && typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");
