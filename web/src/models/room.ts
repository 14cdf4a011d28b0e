import type { RoomDatabase } from "../engine/room-db";
import type { EngineJournal } from "../engine/journal";
import type { Services } from "../engine/services";
import type { EngineEvent, ErrorCode, Load, ModelRecord } from "../protocol/wire";
import { Admission, type Placement, type StoredBytes } from "./admission";
import type { Catalogue, CatalogueEntry } from "./catalogue";
import { CustomModels } from "./custom";
import { deviceKey, type DeviceFacts } from "./device";
import { FailureHistory } from "./failures";
import { mayShareGpu } from "./memory";
import { modelServices } from "./service";
import { smallerThan } from "./smaller";

/** Everything that the engine room knows of models, put together. */
export interface ModelRoom {
  catalogue: Catalogue;
  custom: CustomModels;
  admission: Admission;
  services: Services;
  /** Resolves when the models that were added before are known again. */
  restored: Promise<void>;
  /** Where a model is to be loaded. Rejects with the reason why it cannot be. */
  choose: (entry: CatalogueEntry, device: Load["device"]) => Promise<Placement>;
  /** Whether two models may lie on the GPU at the same time, by what was last read of the device. */
  mayShareGpu: (present: Pick<ModelRecord, "memory_mb">, incoming: Pick<ModelRecord, "memory_mb">) => boolean;
  /** A model that is here already and takes less, for one that keeps failing; null where there is none. */
  smaller: (entry: CatalogueEntry) => CatalogueEntry | null;
}

export interface ModelRoomOptions {
  catalogue: Catalogue;
  database: RoomDatabase;
  journal: Pick<EngineJournal, "onEvent">;
  device(): Promise<DeviceFacts>;
  /** What lies in this browser, by model id. */
  stored(): Promise<ReadonlyMap<string, StoredBytes>>;
  /** Ends with the room. */
  signal: AbortSignal;
}

export function modelRoom({ catalogue, database, journal, signal, ...from }: ModelRoomOptions): ModelRoom {
  let facts: DeviceFacts | null = null;
  let stored: ReadonlyMap<string, StoredBytes> = new Map();
  const history = new FailureHistory(database);
  const custom = new CustomModels(database, catalogue);
  const admission = new Admission({
    catalogue,
    history,
    device: async () => (facts = await from.device()),
    stored: async () => (stored = await from.stored()),
  });
  const devices = new Map<string, string>();
  const notes = new Notes(history, devices);
  journal.onEvent((event) => {
    void notes.take(event);
  }, signal);
  return {
    catalogue,
    custom,
    admission,
    services: modelServices(admission, catalogue, custom),
    restored: custom.restore(),
    choose: async (entry, device) => {
      const placement = await admission.admit(entry, device);
      if (facts !== null) devices.set(entry.record.id, deviceKey(facts, placement));
      return placement;
    },
    mayShareGpu: (present, incoming) => facts !== null && mayShareGpu(present, incoming, facts),
    smaller: (entry) => smallerThan(entry, catalogue, stored),
  };
}

/** What an answer, a load or a loss says of a model on this device. */
class Notes {
  /** Those that have answered since they failed last, as far as this room knows. */
  private readonly sound = new Set<string>();

  constructor(
    private readonly history: FailureHistory,
    private readonly devices: ReadonlyMap<string, string>,
  ) {}

  async take({ name, model, details }: EngineEvent): Promise<void> {
    const device = model === null ? undefined : this.devices.get(model);
    if (model === null || device === undefined) return;
    if (name === "request_finished" && !this.sound.has(model)) {
      this.sound.add(model);
      await this.history.succeeded(model, device);
    } else if (name === "load_failed" || name === "recovery_started") {
      this.sound.delete(model);
      await this.history.failed(model, device, details.code as ErrorCode);
    }
  }
}
