/** The models of the page: a sheet of its own, which is open where the address names it. */
import { version } from "../../../package.json";
import { effect } from "@preact/signals";
import { WireEngineRoom } from "../../page/engine-room";
import type { Controller } from "../controller";
import { browserFiles } from "../models/files";
import { Models } from "../models/models";
import { declinedIn } from "../models/offers";
import type { Places } from "../places";
import type { AppState } from "../state";
import type { Page } from "./page";
import type { Threads } from "./threads";

export interface ModelsParts {
  state: AppState;
  controller: Controller;
  engine: Threads["engine"];
  places: Places;
}

export function composeModels({ build, options }: Page, parts: ModelsParts): Models {
  const { state, controller, engine, places } = parts;
  const models = new Models({
    state: state.models,
    room: new WireEngineRoom(engine, options.device),
    files: browserFiles(window),
    declined: declinedIn(window.localStorage),
    catalogue: () => state.catalogue.value,
    refreshCatalogue: () => engine.refreshModels(),
    loaded: () => (state.engine.value.kind === "ready" ? state.engine.value.model.id : null),
    load: (model, wishes) => {
      controller.loadModel(model, wishes);
    },
    announce: (sentence) => {
      state.announcement.value = sentence;
    },
    setOpen: (open) => {
      state.modelDialogOpen.value = open;
      const here = places.sheet.peek() === "models";
      if (open && !here) places.open("models");
      if (!open && here) places.close();
    },
    pageFacts: () => ({ version, build, python: state.python.value, browser: navigator.userAgent }),
  });
  effect(() => {
    const here = places.sheet.value === "models";
    if (here === state.modelDialogOpen.peek()) return;
    if (here) models.open();
    else models.close();
  });
  return models;
}
