/** Does something once the page has nothing else to do: what nobody waits for yet. */
const LATEST_MS = 2_000;
const SOON_MS = 50;

export function whenIdle(act: () => void): void {
  // Safari has no such call.
  if (typeof requestIdleCallback === "undefined") setTimeout(act, SOON_MS);
  else requestIdleCallback(act, { timeout: LATEST_MS });
}
