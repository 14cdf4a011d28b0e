/** What a cell's worker is told and watched by before it is one. */
type Startable = Pick<Worker, "addEventListener" | "removeEventListener" | "postMessage" | "terminate">;

/**
 * A worker for the first cell, started ahead of its need: its script is read while the room opens, and whoever opens a
 * room loads a model next. One that fails before it is needed is ended: the next one fails where somebody listens.
 */
export class SpareCell<Spawned extends Startable> {
  private spare: Spawned | null = null;

  constructor(private readonly spawn: () => Spawned) {
    try {
      this.spare = spawn();
      this.spare.addEventListener("error", this.failed);
    } catch (raw) {
      console.warn("No cell could be started ahead:", raw);
    }
  }

  /** The one that was started ahead, or a new one. */
  take(): Spawned {
    const { spare } = this;
    if (spare === null) return this.spawn();
    this.spare = null;
    spare.removeEventListener("error", this.failed);
    return spare;
  }

  /** Tells the one that was started ahead, while nobody has taken it. */
  tell(message: unknown): void {
    this.spare?.postMessage(message);
  }

  private readonly failed = (event: Event): void => {
    event.preventDefault();
    // A script that threw goes on living with what it holds.
    this.spare?.terminate();
    this.spare = null;
  };
}
