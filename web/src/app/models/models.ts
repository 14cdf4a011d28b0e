/**
 * What a person can do with models, and what follows from it: the place itself, what answers, and the parts that
 * bring files, hold models of one's own, climb the ladder and make offers.
 *
 * A download does not disturb what answers: the model is fetched first, then loaded behind it.
 */
import type { LoadWishes } from "../../bridge/client";
import type { EventStream } from "../../bridge/event-stream";
import type { EngineRoom } from "../../page/engine-room";
import type { ModelRecord } from "../../protocol/wire";
import { attempts, type Attempt } from "./attempt";
import type { Files } from "./files";
import { Ladder } from "./ladder";
import { ModelFiles } from "./model-files";
import { Offers, type Declined } from "./offers";
import { OwnModels } from "./own-models";
import { Report } from "./report";
import { Shelf } from "./shelf";
import { NO_FILTERS, type Filters, type ModelsState, type Question, type Section } from "./state";
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

export class Models {
  readonly ladder: Ladder;
  readonly report: Report;
  readonly offers: Offers;
  readonly shelf: Shelf;
  readonly files: ModelFiles;
  readonly own: OwnModels;
  readonly #state: ModelsState;
  readonly #room: EngineRoom;
  readonly #verdicts: Verdicts;
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
    const { refreshCatalogue, load } = options;
    const reveal = (model: string): void => {
      this.reveal(model);
    };
    this.files = new ModelFiles({
      state,
      room,
      files,
      shelf: this.shelf,
      attempt: this.#attempt,
      load,
      announce,
      refreshCatalogue,
      nameOf: (model) => this.#nameOf(model),
      reveal,
    });
    this.own = new OwnModels({
      state,
      room,
      files,
      stored: this.files,
      shelf: this.shelf,
      attempt: this.#attempt,
      announce,
      refreshCatalogue,
      reveal,
    });
  }

  // ---- the place itself ---------------------------------------------------------------------

  open(section: Section = "catalogue"): void {
    this.show(section);
    // It begins anew: whoever wants to go to a model says so afterwards.
    this.#state.opened.value = null;
    this.filter({ query: "" });
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
        return this.files.download(question.model, { use: true });
      case "cancel":
        return this.files.cancel(question.model);
      case "delete":
        return this.files.remove(question.model);
      case "forget":
        return this.own.forget(question.model);
      case "delete_all":
        return this.files.remove(null);
      case "reset":
        return this.reset();
    }
  }

  /** A model is looked at: only then is the engine asked about it. */
  seen(model: string): void {
    this.#verdicts.want(model);
  }

  /** Load a model that is here, in place of the one that answers. */
  use(model: string, meteredOk = false): void {
    this.close();
    this.options.load(model, meteredOk ? { metered_ok: true } : {});
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

  #nameOf(model: string): string {
    return this.options.catalogue()?.find(({ id }) => id === model)?.name ?? model;
  }
}
