/** Keeps the focus in the page: where what had it is drawn no more, it goes to a place that `next` names, not nowhere. */
export function keepFocus(root: HTMLElement, next: () => HTMLElement | null): () => void {
  const life = new AbortController();
  const { signal } = life;
  let last: EventTarget | null = null;
  root.addEventListener(
    "focusin",
    ({ target }) => {
      last = target;
    },
    { signal },
  );
  root.addEventListener(
    "focusout",
    ({ target }) => {
      // Some browsers send this for what is being removed too; who leaves what stays has gone by choice.
      queueMicrotask(() => {
        if (last === target && isThere(target)) last = null;
      });
    },
    { signal },
  );
  const removals = new MutationObserver(() => {
    if (last === null || isThere(last)) return;
    last = null;
    if (document.activeElement === null || document.activeElement === document.body) {
      next()?.focus({ preventScroll: true });
    }
  });
  removals.observe(root, { childList: true, subtree: true });
  return () => {
    life.abort();
    removals.disconnect();
  };
}

const isThere = (target: EventTarget | null): boolean => target instanceof Node && target.isConnected;
