/** Arrow keys, Home and End in a list of buttons. */

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/** Moves the focus among the `[data-list-item]` of `list`; other keys, and keys of fields, stay as they are. */
export function moveThroughList(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = STEPS[event.key];
  if (step === undefined || list === null || !(event.target instanceof Element)) return;
  if (event.target.matches("input, select, textarea")) return;
  const items = [...list.querySelectorAll<HTMLElement>("[data-list-item]")];
  const row = event.target.closest("[data-model]");
  const at = items.findIndex((item) => item === event.target || row?.contains(item) === true);
  const next = items[step(at, items.length - 1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** From the field above a list, the arrow down goes into it. */
export function enterList(event: KeyboardEvent, list: HTMLElement | null): void {
  if (event.key !== "ArrowDown" || event.isComposing) return;
  event.preventDefault();
  list?.querySelector<HTMLElement>("[data-list-item]")?.focus();
}
