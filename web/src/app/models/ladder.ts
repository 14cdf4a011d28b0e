import type { EngineRoom } from "../../page/engine-room";
import type { Attempt } from "./attempt";
import type { ModelsState } from "./state";

/** Small models first, better ones behind them: seen and steered. */
export class Ladder {
  constructor(
    private readonly state: ModelsState,
    private readonly room: EngineRoom,
    private readonly attempt: Attempt,
  ) {}

  async refresh(): Promise<void> {
    try {
      this.state.ladder.value = await this.room.ladder();
    } catch {
      // An engine without a ladder has none to show.
      this.state.ladder.value = null;
    }
  }

  /** Stay with one model; null lets the ladder go on. */
  pin(model: string | null): Promise<boolean> {
    const ladder = this.state.ladder.value;
    return this.set(ladder?.running === true ? ladder.rungs.map((rung) => rung.model) : null, model);
  }

  start(): Promise<boolean> {
    return this.set(null, null);
  }

  stop(): Promise<boolean> {
    return this.set([], null);
  }

  private set(models: string[] | null, pinned: string | null): Promise<boolean> {
    return this.attempt(async () => {
      this.state.ladder.value = await this.room.setLadder(models, pinned);
    });
  }
}
