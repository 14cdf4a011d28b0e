/** Asks the browser not to clear this origin when space runs out. Workers cannot ask: a page has to. */
export function keepStorage(scope: object = globalThis): void {
  const { navigator } = scope as { navigator?: { storage?: Partial<StorageManager> } };
  // Over plain http there is no storage to keep. A refusal takes nothing away.
  void navigator?.storage?.persist?.().catch(() => false);
}
