/** Everything that the engine room does with the files of models, put together. */
import type { EngineJournal } from "../engine/journal";
import type { Prepare } from "../engine/seat";
import type { Services } from "../engine/services";
import type { Catalogue } from "../models/catalogue";
import type { CustomModels } from "../models/custom";
import { browserParts } from "./browser-parts";
import { dropAbandoned } from "./exports";
import type { Models } from "./parts";
import { heed, type Place, prepareWith, weightsServices } from "./services";
import { Weights } from "./weights";

export interface WeightsRoomOptions {
  catalogue: Catalogue;
  custom: CustomModels;
  journal: EngineJournal;
  choose: Place;
  /** Ends with the room. */
  signal: AbortSignal;
}

export interface WeightsRoom {
  weights: Weights;
  services: Services;
  prepare: Prepare;
}

export function weightsRoom({ catalogue, custom, journal, choose, signal }: WeightsRoomOptions): WeightsRoom {
  const models: Models = {
    find: (name) => catalogue.find(name),
    get: (id) => catalogue.get(id),
    all: () => catalogue.all(),
    adopt: (model) => custom.add(model),
    settled: (id) => custom.remember(id),
  };
  const weights = new Weights(browserParts(journal), models);
  heed(weights, journal, signal);
  dropAbandoned(weights).catch((raw: unknown) => {
    console.warn("What was exported earlier could not be cleared away:", raw);
  });
  return { weights, services: weightsServices(weights, choose), prepare: prepareWith(weights) };
}
