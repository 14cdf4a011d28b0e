/** Models of the user's own: by address or from a file, and forgotten again. */
import type { EngineRoom } from "../../page/engine-room";
import type { CustomModel } from "../../protocol/wire";
import { text } from "../text";
import type { Attempt } from "./attempt";
import type { Files } from "./files";
import type { ModelFiles } from "./model-files";
import type { Shelf } from "./shelf";
import { storedModel, type ModelsState } from "./state";

export interface OwnModelsOptions {
  state: ModelsState;
  room: EngineRoom;
  files: Files;
  stored: ModelFiles;
  shelf: Shelf;
  attempt: Attempt;
  announce: (sentence: string) => void;
  refreshCatalogue: () => Promise<void>;
  /** Go to a model in the list. */
  reveal: (model: string) => void;
}

export class OwnModels {
  constructor(private readonly options: OwnModelsOptions) {}

  /** Resolves with false where the engine refuses it; `fault` says why. */
  add(model: CustomModel): Promise<boolean> {
    return this.#include(this.#besideOthers(model));
  }

  /** A model file from disk: added, then copied into this browser's store. */
  async addFile(file: Blob, describe: (url: string) => CustomModel): Promise<void> {
    const { state, files, stored } = this.options;
    const url = files.urlOf(file);
    const model = this.#besideOthers(describe(url));
    try {
      if (await this.#include(model)) await stored.download(model.id, { use: false, meteredOk: true });
    } finally {
      // Paused or broken off it still has to be read: its address then lives as long as the page.
      if (state.transfers.of(model.id).value === null) files.forget(url);
    }
  }

  /** Forget a model, and its files. */
  async forget(model: string): Promise<void> {
    const { state, room, shelf, attempt, refreshCatalogue } = this.options;
    await attempt(async () => {
      await room.deleteStored(model);
      await room.removeModel(model);
      state.opened.value = null;
      await refreshCatalogue();
    });
    await shelf.changed(null);
  }

  #include(model: CustomModel): Promise<boolean> {
    const { room, attempt, announce, refreshCatalogue, reveal } = this.options;
    return attempt(async () => {
      const record = await room.addModel(model);
      await refreshCatalogue();
      announce(text.models.announce.added(record.name));
      reveal(record.id);
    });
  }

  /** Under an id of its own: to replace a model whose files are here would delete them. */
  #besideOthers(model: CustomModel): CustomModel {
    const isTaken = (id: string): boolean => storedModel(this.options.state.stored.value, id)?.state === "whole";
    let [id, count] = [model.id, 1];
    while (isTaken(id)) id = `${model.id}-${String((count += 1))}`;
    return count === 1 ? model : { ...model, id, name: `${model.name ?? model.id} (${String(count)})` };
  }
}
