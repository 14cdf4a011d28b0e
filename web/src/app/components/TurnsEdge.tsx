/** Where turns are left out: the way to them for whoever does not scroll. They come as soon as they are near. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { text } from "../text";

interface TurnsEdgeProps {
  /** The turns left out come before what is drawn, or behind it. */
  side: "earlier" | "later";
}

export function TurnsEdge({ side }: TurnsEdgeProps): JSX.Element {
  const edge = useRef<HTMLDivElement>(null);
  const turns = (): Element | null | undefined =>
    side === "earlier" ? edge.current?.previousElementSibling : edge.current?.nextElementSibling;
  useLayoutEffect(
    () => () => {
      if (edge.current?.contains(document.activeElement) !== true) return;
      const left = turns();
      // The focus goes on to the turn that has come in its place; to none of its buttons, as the next key may be Enter.
      queueMicrotask(() => {
        const said = [...(left?.querySelectorAll("article") ?? [])].at(side === "earlier" ? -1 : 0);
        if (said === undefined) return;
        said.tabIndex = -1;
        said.focus();
      });
    },
    [],
  );
  return (
    <div ref={edge} class="turns-edge" data-side={side}>
      <button
        type="button"
        data-testid={`${side}-turns`}
        onClick={() => turns()?.scrollIntoView({ block: side === "earlier" ? "end" : "start" })}
      >
        {side === "earlier" ? text.conversation.earlier : text.conversation.later}
      </button>
    </div>
  );
}
