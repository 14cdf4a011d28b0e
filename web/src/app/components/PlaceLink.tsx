/** A link to a sheet: opened in place by a click, by its address in a tab of its own. */
import type { ComponentChildren, JSX } from "preact";
import { hashOf, type Sheet } from "../places";
import { useApp } from "./context";

interface PlaceLinkProps {
  to: Sheet;
  section?: string;
  class?: string;
  testId?: string;
  children: ComponentChildren;
}

export function PlaceLink({ to, section, children, testId, class: name }: PlaceLinkProps): JSX.Element {
  const { places } = useApp();
  const where = section ?? null;
  return (
    <a
      class={name}
      href={hashOf({ kind: "sheet", sheet: to, section: where })}
      data-testid={testId}
      aria-current={places.sheet.value === to ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        places.open(to, where);
      }}
    >
      {children}
    </a>
  );
}
