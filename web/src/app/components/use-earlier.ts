/**
 * What stands earlier in a long conversation is drawn piece by piece, once the page has nothing else to do: its end is
 * there as fast as that of a short one, and no piece keeps a key press waiting.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { whenIdle } from "../when-idle";

/** Groups: more than a window shows. */
const AT_ONCE = 3;

interface Earlier {
  conversation: string;
  /** So many from the beginning are not drawn yet. */
  hidden: number;
}

/** How many of a conversation's `count` groups of turns are left out for now, counted from its beginning. */
export function useEarlier(conversation: string, count: number): number {
  const [earlier, setEarlier] = useState<Earlier>(() => ({ conversation, hidden: count - AT_ONCE }));
  const height = useRef<number | null>(null);
  // Another conversation begins anew; one that has become shorter has less to leave out.
  const known = earlier.conversation === conversation ? earlier.hidden : count - AT_ONCE;
  const hidden = Math.max(0, Math.min(known, count - 1));
  useEffect(() => {
    if (hidden === 0) return undefined;
    let left = false;
    whenIdle(() => {
      if (left) return;
      height.current = keepsPlace() ? null : document.documentElement.scrollHeight;
      setEarlier({ conversation, hidden: Math.max(0, hidden - 1) });
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

/** Whether the browser itself leaves what is read where it is while something comes above it. Safari does not. */
const keepsPlace = (): boolean => typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");
