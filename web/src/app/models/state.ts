/** What is known of models beside the catalogue: one signal per concern. Only `Models` writes it. */
import { signal, type Signal } from "@preact/signals";
import type {
  LadderStatus,
  ModelRecord,
  StoredModel,
  StoredModels,
  StoredState,
  Task,
  Verdict,
  WireError,
} from "../../protocol/wire";
import { Keyed } from "./keyed";
import type { Transfer } from "./transfers";

/** The parts of the models' place. */
export const SECTIONS = ["catalogue", "storage", "add", "engine"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Filters {
  query: string;
  fits: boolean;
  here: boolean;
  task: Task | null;
}

export const NO_FILTERS: Filters = { query: "", fits: false, here: false, task: null };

/** What lies in this browser. */
export type StoredView =
  { kind: "unknown" } | { kind: "known"; stored: StoredModels } | { kind: "failed"; error: WireError };

/** A model that would do better on this device than the one that answers. */
export interface Offer {
  record: ModelRecord;
  verdict: Verdict;
}

/** What the user has to answer before something is done. */
export type Question =
  | { kind: "download" | "cancel" | "delete" | "forget"; model: string }
  | { kind: "delete_all" }
  | { kind: "reset" };

export type ReportState =
  | { kind: "none" }
  | { kind: "making" }
  | { kind: "made"; report: string }
  | { kind: "copied"; report: string }
  | { kind: "failed"; error: WireError };

export interface ModelsState {
  section: Signal<Section>;
  filters: Signal<Filters>;
  /** The model whose details are open. */
  opened: Signal<string | null>;
  question: Signal<Question | null>;
  verdicts: Keyed<Verdict>;
  transfers: Keyed<Transfer>;
  /** A file that is being read in. */
  importing: Signal<Transfer | null>;
  stored: Signal<StoredView>;
  ladder: Signal<LadderStatus | null>;
  offer: Signal<Offer | null>;
  report: Signal<ReportState>;
  /** What the user asked for last and could not be done, for the sections that have no better place to say so. */
  fault: Signal<WireError | null>;
  /** True while the engine is being thrown away and made anew. */
  resetting: Signal<boolean>;
}

export function createModelsState(): ModelsState {
  return {
    section: signal<Section>("catalogue"),
    filters: signal(NO_FILTERS),
    opened: signal<string | null>(null),
    question: signal<Question | null>(null),
    verdicts: new Keyed<Verdict>(),
    transfers: new Keyed<Transfer>(),
    importing: signal<Transfer | null>(null),
    stored: signal<StoredView>({ kind: "unknown" }),
    ladder: signal<LadderStatus | null>(null),
    offer: signal<Offer | null>(null),
    report: signal<ReportState>({ kind: "none" }),
    fault: signal<WireError | null>(null),
    resetting: signal(false),
  };
}

/** What lies here of a model, or null. */
export function storedModel(view: StoredView, id: string): StoredModel | null {
  if (view.kind !== "known") return null;
  return view.stored.models.find(({ model }) => model === id) ?? null;
}

/** How much of a model is here. What comes with the page is always whole. */
export function storedStateOf(view: StoredView, verdict: Verdict | null, record: ModelRecord): StoredState {
  if (record.embedded) return "whole";
  if (view.kind === "known") return storedModel(view, record.id)?.state ?? "none";
  return verdict?.stored ?? "none";
}
