import { asWireError } from "../../bridge/engine-error";
import type { EngineRoom } from "../../page/engine-room";
import { storedModel, type ModelsState } from "./state";
import { amountOf } from "./transfers";
import type { Verdicts } from "./verdicts";

/** What lies in this browser, as the engine room last said. */
export class Shelf {
  constructor(
    private readonly state: ModelsState,
    private readonly room: EngineRoom,
    private readonly verdicts: Verdicts,
  ) {}

  async refresh(): Promise<void> {
    try {
      this.state.stored.value = { kind: "known", stored: await this.room.stored() };
    } catch (raw) {
      this.state.stored.value = { kind: "failed", error: asWireError(raw) };
    }
  }

  /** It may have changed: read it again, and what follows from it. */
  async changed(model: string | null): Promise<void> {
    await this.refresh();
    this.verdicts.renew();
    if (model !== null) this.#correctKept(model);
  }

  /** The store knows what was kept better than the last progress that came. */
  #correctKept(model: string): void {
    const ended = this.state.transfers.of(model).value;
    const here = storedModel(this.state.stored.value, model);
    if (here === null || (ended?.kind !== "paused" && ended?.kind !== "failed")) return;
    const total = here.total_bytes ?? amountOf(ended).total;
    this.state.transfers.set(model, { ...ended, kept: { bytes: here.bytes, total } });
  }
}
