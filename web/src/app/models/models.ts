/**
 * What a person can do with models, and what follows from it.
 *
 * A download does not disturb what answers: the model is fetched first, then loaded behind it.
 */
import type { LoadWishes } from "../../bridge/client";
import type { EventStream } from "../../bridge/event-stream";
import type { EngineRoom } from "../../page/engine-room";
import type { CustomModel, ModelRecord } from "../../protocol/wire";
import { text } from "../text";
import { attempts, type Attempt } from "./attempt";
import { Downloads, type Shown } from "./downloads";
import type { Files } from "./files";
import { Ladder } from "./ladder";
import { Offers, type Declined } from "./offers";
import { Report } from "./report";
import { Shelf } from "./shelf";
import { NO_FILTERS, storedModel, type Filters, type ModelsState, type Question, type Section } from "./state";
import { Verdicts } from "./verdicts";

export interface ModelsOptions {
  state: ModelsState;
  room: EngineRoom;
  files: Files;
  declined: Declined;
  catalogue: () => readonly ModelRecord[] | null;
  refreshCatalogue: () => Promise<void>;
  /** Id of the model that answers now. */
  loaded: () => string | null;
  load: (model: string, wishes?: LoadWishes) => void;
  announce: (sentence: string) => void;
  setOpen: (open: boolean) => void;
  /** Facts of the page for a report. */
  pageFacts: () => Record<string, unknown>;
}

/** The key of the one file that is read in. */
const IMPORT = "import";

export class Models {
  readonly ladder: Ladder;
  readonly report: Report;
  readonly offers: Offers;
  readonly shelf: Shelf;
  readonly #state: ModelsState;
  readonly #room: EngineRoom;
  readonly #verdicts: Verdicts;
  readonly #downloads: Downloads;
  readonly #attempt: Attempt;
  #events: EventStream | null = null;

  constructor(private readonly options: ModelsOptions) {
    const { state, room, files, announce } = options;
    this.#state = state;
    this.#room = room;
    this.#attempt = attempts(state, announce);
    this.#verdicts = new Verdicts((model) => room.assess(model), state.verdicts);
    this.ladder = new Ladder(state, room, this.#attempt);
    this.report = new Report(state, room, files, options.pageFacts, this.#attempt);
    this.offers = new Offers(state, room, this.#verdicts, options.declined);
    this.shelf = new Shelf(state, room, this.#verdicts);
    this.#downloads = new Downloads({
      quarter: (key, quarter) => {
        announce(text.models.announce.quarter(this.#nameOf(key), quarter));
      },
      ended: (key, transfer) => {
        announce(text.models.announce.ended(this.#nameOf(key), transfer.kind));
      },
    });
  }

  // ---- the place itself ---------------------------------------------------------------------

  open(section: Section = "catalogue"): void {
    this.show(section);
    this.options.setOpen(true);
    void this.shelf.refresh();
    void this.ladder.refresh();
  }

  close(): void {
    this.options.setOpen(false);
  }

  show(section: Section): void {
    this.#state.section.value = section;
    this.#state.question.value = null;
    this.#state.fault.value = null;
  }

  filter(change: Partial<Filters>): void {
    this.#state.filters.value = { ...this.#state.filters.value, ...change };
  }

  /** Go to one model in the list, whatever was searched for before. */
  reveal(model: string): void {
    this.#state.section.value = "catalogue";
    this.#state.filters.value = NO_FILTERS;
    this.#state.opened.value = model;
    this.seen(model);
  }

  /** Open or close the details of a model. */
  toggle(model: string): void {
    const { opened } = this.#state;
    opened.value = opened.value === model ? null : model;
  }

  /** Raise a question; null takes it back. */
  ask(question: Question | null): void {
    this.#state.question.value = question;
  }

  /** Do what the question was about. */
  confirm(question: Question): Promise<void> {
    this.#state.question.value = null;
    switch (question.kind) {
      case "download":
        return this.download(question.model, { use: true });
      case "cancel":
        return this.cancel(question.model);
      case "delete":
        return this.remove(question.model);
      case "forget":
        return this.forget(question.model);
      case "delete_all":
        return this.remove(null);
      case "reset":
        return this.reset();
    }
  }

  /** A model is looked at: only then is the engine asked about it. */
  seen(model: string): void {
    this.#verdicts.want(model);
  }

  // ---- getting and using --------------------------------------------------------------------

  /** Load a model that is here, in place of the one that answers. */
  use(model: string, meteredOk = false): void {
    this.close();
    this.options.load(model, meteredOk ? { metered_ok: true } : {});
  }

  /** Download a model; with `use`, load it behind what answers as soon as it is here. */
  async download(model: string, wishes: { use: boolean; meteredOk?: boolean }): Promise<void> {
    this.#state.question.value = null;
    await this.options.files.keep();
    const arrived = await this.#downloads.run(
      model,
      { what: "download", use: wishes.use },
      this.#shownOf(model),
      () => this.#room.fetch(model, wishes.meteredOk ?? false),
    );
    await this.shelf.changed(model);
    if (arrived === null) return;
    this.options.announce(text.models.announce.arrived(this.#nameOf(model)));
    if (wishes.use) this.options.load(model, { behind: true });
  }

  pause(model: string): void {
    this.#downloads.pause(model, this.#shownOf(model));
  }

  resume(model: string, meteredOk = false): Promise<void> {
    const transfer = this.#state.transfers.of(model).value;
    const use = transfer?.job.what === "download" && transfer.job.use;
    return this.download(model, { use, meteredOk });
  }

  /** End a download and delete what has come. */
  async cancel(model: string): Promise<void> {
    await this.#downloads.abandon(model, this.#shownOf(model));
    await this.remove(model);
  }

  /** Give up packing a file, or (null) reading one in; the engine takes back what it has written. */
  giveUp(model: string | null): Promise<void> {
    if (model === null) return this.#downloads.abandon(IMPORT, this.#importing);
    return this.#downloads.abandon(model, this.#shownOf(model));
  }

  // ---- files --------------------------------------------------------------------------------

  /** Delete one model's files, or (null) those of all. */
  async remove(model: string | null): Promise<void> {
    await this.#attempt(async () => {
      await this.#room.deleteStored(model);
      if (model === null) this.#state.transfers.clear();
      else this.#state.transfers.set(model, null);
    });
    await this.shelf.changed(model);
  }

  async exportModel(model: string): Promise<void> {
    const arrived = await this.#downloads.run(model, { what: "export" }, this.#shownOf(model), () =>
      this.#room.exportModel(model),
    );
    if (arrived?.type === "exported") this.options.files.save(arrived.name, arrived.url);
  }

  async importFile(file: Blob): Promise<void> {
    const url = this.options.files.urlOf(file);
    try {
      await this.options.files.keep();
      const arrived = await this.#downloads.run(IMPORT, { what: "import" }, this.#importing, () =>
        this.#room.importModel(url),
      );
      if (arrived === null) return;
      await this.options.refreshCatalogue();
      this.options.announce(text.models.announce.arrived(this.#nameOf(arrived.model)));
      this.reveal(arrived.model);
    } finally {
      this.options.files.forget(url);
      await this.shelf.changed(null);
    }
  }

  /** Put a transfer that has ended out of sight; null: the one of a file that was read in. */
  dismiss(model: string | null): void {
    if (model === null) this.#state.importing.value = null;
    else this.#state.transfers.set(model, null);
  }

  /** Ask the browser to keep what is stored even when space runs out. */
  async keep(): Promise<void> {
    const kept = await this.options.files.keep();
    this.options.announce(kept ? text.models.storage.kept : text.models.storage.refused);
    await this.shelf.refresh();
  }

  // ---- models of the user's own -------------------------------------------------------------

  /** Resolves with false where the engine refuses it; `fault` says why. */
  add(model: CustomModel): Promise<boolean> {
    return this.#include(this.#besideOthers(model));
  }

  #include(model: CustomModel): Promise<boolean> {
    return this.#attempt(async () => {
      const record = await this.#room.addModel(model);
      await this.options.refreshCatalogue();
      this.options.announce(text.models.announce.added(record.name));
      this.reveal(record.id);
    });
  }

  /** A model file from disk: added, then copied into this browser's store. */
  async addFile(file: Blob, describe: (url: string) => CustomModel): Promise<void> {
    const url = this.options.files.urlOf(file);
    const model = this.#besideOthers(describe(url));
    try {
      if (await this.#include(model)) await this.download(model.id, { use: false, meteredOk: true });
    } finally {
      // Paused or broken off it still has to be read: its address then lives as long as the page.
      if (this.#state.transfers.of(model.id).value === null) this.options.files.forget(url);
    }
  }

  /** Forget a model of the user's own, and its files. */
  async forget(model: string): Promise<void> {
    await this.#attempt(async () => {
      await this.#room.deleteStored(model);
      await this.#room.removeModel(model);
      this.#state.opened.value = null;
      await this.options.refreshCatalogue();
    });
    await this.shelf.changed(null);
  }

  // ---- the engine ---------------------------------------------------------------------------

  /** Throw the engine and its GPU device away, and load the model again. */
  async reset(): Promise<void> {
    this.#state.resetting.value = true;
    await this.#attempt(() => this.#room.reset());
    this.#state.resetting.value = false;
  }

  /** The engine's worker is there, or a new one: hear what happens in it, until it is gone. */
  connected(): void {
    if (this.#events !== null) return;
    this.#events = this.#room.observe();
    void this.#follow(this.#events);
    void this.ladder.refresh();
  }

  /** A model answers. */
  async answers(): Promise<void> {
    const [loaded, records] = [this.options.loaded(), this.options.catalogue()];
    if (loaded !== null && records !== null) await this.offers.look(loaded, records);
  }

  // ---- inside -------------------------------------------------------------------------------

  async #follow(events: EventStream): Promise<void> {
    for (let batch = await events.next(); batch !== null; batch = await events.next()) {
      const names = new Set(batch.map((event) => (event.type === "observed" ? event.event.name : null)));
      if (names.has("ladder_changed")) void this.ladder.refresh();
      if (names.has("download_finished")) void this.shelf.changed(null);
    }
    this.#events = null;
  }

  get #importing(): Shown {
    const { importing } = this.#state;
    return {
      get: () => importing.value,
      set: (value) => {
        importing.value = value;
      },
    };
  }

  #shownOf(model: string): Shown {
    const { transfers } = this.#state;
    return {
      get: () => transfers.of(model).value,
      set: (value) => {
        transfers.set(model, value);
      },
    };
  }

  /** Under an id of its own: to replace a model whose files are here would delete them. */
  #besideOthers(model: CustomModel): CustomModel {
    const isTaken = (id: string): boolean => storedModel(this.#state.stored.value, id)?.state === "whole";
    let [id, count] = [model.id, 1];
    while (isTaken(id)) id = `${model.id}-${String((count += 1))}`;
    return count === 1 ? model : { ...model, id, name: `${model.name ?? model.id} (${String(count)})` };
  }

  #nameOf(model: string): string {
    if (model === IMPORT) return text.models.storage.importedFile;
    return this.options.catalogue()?.find(({ id }) => id === model)?.name ?? model;
  }
}
