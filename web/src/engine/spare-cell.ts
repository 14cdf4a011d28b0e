/**
 * Starts cells, the first of them ahead of its need: its script is read while the room opens, and whoever opens a room
 * loads a model next. One that fails before it is needed is forgotten: the next one fails where somebody listens.
 */
export function spawningAhead<Spawned extends Pick<Worker, "addEventListener" | "removeEventListener">>(
  spawn: () => Spawned,
): () => Spawned {
  let ahead: Spawned | null = null;
  const failed = (event: Event): void => {
    event.preventDefault();
    ahead = null;
  };
  try {
    ahead = spawn();
    ahead.addEventListener("error", failed);
  } catch (raw) {
    console.warn("No cell could be started ahead:", raw);
  }
  return () => {
    const taken = ahead;
    if (taken === null) return spawn();
    ahead = null;
    taken.removeEventListener("error", failed);
    return taken;
  };
}
