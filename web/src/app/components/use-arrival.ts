/** A view that takes another one's place within a sheet: it is seen from its top, and its heading has the focus. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function useArrival(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest(".sheet-body")?.scrollTo(0, 0);
  }, []);
  return heading;
}
