import type { DeviceFailure, RoomDatabase } from "../engine/room-db";
import type { ErrorCode } from "../protocol/wire";

/** After this a failure is forgotten: drivers, browsers and what else is open have changed. */
export const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

/** What says that a model and a device do not go together. A lost network or a cancelled load says nothing of that. */
const TELLING: Partial<Record<ErrorCode, string>> = {
  out_of_memory: "it did not fit into memory.",
  device_lost: "the GPU was lost.",
  shader_failed: "the GPU's driver could not compile its shaders.",
  engine_failed: "the engine crashed.",
  engine_hung: "the engine did not answer any more.",
  worker_died: "the engine's worker ended.",
};

/**
 * What failed on this device, across reloads. A success forgets it, and so do seven days.
 *
 * A browser that keeps nothing has no history: nothing here rejects for that.
 */
export class FailureHistory {
  constructor(
    private readonly room: RoomDatabase,
    private readonly now: () => number = Date.now,
  ) {}

  /** The last failure of a model on a device; null when there is none that still counts. */
  async last(model: string, device: string): Promise<DeviceFailure | null> {
    try {
      const found = await (await this.room.open()).get("failures", key(model, device));
      return found !== undefined && this.now() - found.at < FORGOTTEN_AFTER_MS ? found : null;
    } catch {
      return null;
    }
  }

  /** Notes a failure, where it tells something of model and device. */
  async failed(model: string, device: string, code: ErrorCode): Promise<void> {
    const message = TELLING[code];
    if (message === undefined) return;
    const before = await this.last(model, device);
    await this.change(async (database) => {
      const failure: DeviceFailure = {
        model,
        device,
        code,
        message,
        at: this.now(),
        times: (before?.times ?? 0) + 1,
      };
      await database.put("failures", failure, key(model, device));
    });
  }

  /** The model has loaded: what failed before does not count any more. */
  async succeeded(model: string, device: string): Promise<void> {
    await this.change((database) => database.delete("failures", key(model, device)));
  }

  private async change(
    act: (database: Awaited<ReturnType<RoomDatabase["open"]>>) => Promise<void>,
  ): Promise<void> {
    try {
      await act(await this.room.open());
    } catch (raw) {
      console.warn("The history of failures could not be kept:", raw);
    }
  }
}

const key = (model: string, device: string): string => `${model} on ${device}`;
