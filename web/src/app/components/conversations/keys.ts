/** Arrow keys, Home and End among the conversations of the list, and from the search into it. */

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export function moveThroughRows(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = STEPS[event.key];
  const { target } = event;
  if (step === undefined || list === null || !(target instanceof Element) || event.isComposing) return;
  const field = target.matches("input");
  // From a field above the list only the arrow down leads into it: the other keys are the field's.
  if (field && (event.key !== "ArrowDown" || target.closest("[data-conversation]") !== null)) return;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row.closest("[data-conversation]")?.contains(target) === true);
  const next = rows[field ? 0 : step(at, rows.length - 1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
