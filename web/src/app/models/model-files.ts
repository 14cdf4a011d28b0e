/** The files of models: brought into this browser, paused, deleted, saved as a file and read in again. */
import type { LoadWishes } from "../../bridge/client";
import type { EngineRoom } from "../../page/engine-room";
import { text } from "../text";
import type { Attempt } from "./attempt";
import { Downloads, type Shown } from "./downloads";
import type { Files } from "./files";
import type { Shelf } from "./shelf";
import type { ModelsState } from "./state";

export interface ModelFilesOptions {
  state: ModelsState;
  room: EngineRoom;
  files: Files;
  shelf: Shelf;
  attempt: Attempt;
  load: (model: string, wishes: LoadWishes) => void;
  announce: (sentence: string) => void;
  refreshCatalogue: () => Promise<void>;
  nameOf: (model: string) => string;
  /** Go to a model in the list. */
  reveal: (model: string) => void;
}

/** The key of the one file that is read in. */
const IMPORT = "import";

export class ModelFiles {
  readonly #downloads: Downloads;

  constructor(private readonly options: ModelFilesOptions) {
    const { announce } = options;
    this.#downloads = new Downloads({
      quarter: (key, quarter) => {
        announce(text.models.announce.quarter(this.#nameOf(key), quarter));
      },
      ended: (key, transfer) => {
        announce(text.models.announce.ended(this.#nameOf(key), transfer.kind));
      },
    });
  }

  // ---- brought ------------------------------------------------------------------------------

  /** Download a model; with `use`, load it behind what answers as soon as it is here. */
  async download(model: string, wishes: { use: boolean; meteredOk?: boolean }): Promise<void> {
    const { state, room, files, shelf, announce, load } = this.options;
    state.question.value = null;
    await files.keep();
    const arrived = await this.#downloads.run(
      model,
      { what: "download", use: wishes.use },
      this.#shownOf(model),
      () => room.fetch(model, wishes.meteredOk ?? false),
    );
    await shelf.changed(model);
    if (arrived === null) return;
    announce(text.models.announce.arrived(this.#nameOf(model)));
    if (wishes.use) load(model, { behind: true });
  }

  pause(model: string): void {
    this.#downloads.pause(model, this.#shownOf(model));
  }

  resume(model: string, meteredOk = false): Promise<void> {
    const transfer = this.options.state.transfers.of(model).value;
    const use = transfer?.job.what === "download" && transfer.job.use;
    return this.download(model, { use, meteredOk });
  }

  /** End a download and delete what has come. */
  async cancel(model: string): Promise<void> {
    await this.#downloads.abandon(model, this.#shownOf(model));
    await this.remove(model);
  }

  /** Put a transfer that has ended out of sight; null: the one of a file that was read in. */
  dismiss(model: string | null): void {
    if (model === null) this.options.state.importing.value = null;
    else this.options.state.transfers.set(model, null);
  }

  // ---- kept and deleted ---------------------------------------------------------------------

  /** Delete one model's files, or (null) those of all. */
  async remove(model: string | null): Promise<void> {
    const { state, room, shelf, attempt } = this.options;
    await attempt(async () => {
      await room.deleteStored(model);
      if (model === null) state.transfers.clear();
      else state.transfers.set(model, null);
    });
    await shelf.changed(model);
  }

  /** Ask the browser to keep what is stored even when space runs out. */
  async keep(): Promise<void> {
    const { files, shelf, announce } = this.options;
    const kept = await files.keep();
    announce(kept ? text.models.storage.kept : text.models.storage.refused);
    await shelf.refresh();
  }

  // ---- as one file --------------------------------------------------------------------------

  /** Save a model as a file. */
  async pack(model: string): Promise<void> {
    const { room, files } = this.options;
    const arrived = await this.#downloads.run(model, { what: "export" }, this.#shownOf(model), () =>
      room.exportModel(model),
    );
    if (arrived?.type === "exported") files.save(arrived.name, arrived.url);
  }

  /** Read in a model that was saved as a file. */
  async unpack(file: Blob): Promise<void> {
    const { room, files, shelf, announce, refreshCatalogue, reveal } = this.options;
    const url = files.urlOf(file);
    try {
      await files.keep();
      const arrived = await this.#downloads.run(IMPORT, { what: "import" }, this.#importing, () =>
        room.importModel(url),
      );
      if (arrived === null) return;
      await refreshCatalogue();
      announce(text.models.announce.arrived(this.#nameOf(arrived.model)));
      reveal(arrived.model);
    } finally {
      files.forget(url);
      await shelf.changed(null);
    }
  }

  /** Give up packing a model, or (null) reading one in; the engine takes back what it has written. */
  giveUp(model: string | null): Promise<void> {
    if (model === null) return this.#downloads.abandon(IMPORT, this.#importing);
    return this.#downloads.abandon(model, this.#shownOf(model));
  }

  // ---- inside -------------------------------------------------------------------------------

  get #importing(): Shown {
    const { importing } = this.options.state;
    return {
      get: () => importing.value,
      set: (value) => {
        importing.value = value;
      },
    };
  }

  #shownOf(model: string): Shown {
    const { transfers } = this.options.state;
    return {
      get: () => transfers.of(model).value,
      set: (value) => {
        transfers.set(model, value);
      },
    };
  }

  #nameOf(model: string): string {
    return model === IMPORT ? text.models.storage.importedFile : this.options.nameOf(model);
  }
}
