/** The form for a model of the user's own: what was typed, what is wrong with it, and what it comes to (pure). */
import type { CustomModel } from "../../protocol/wire";
import { mayDownloadFrom } from "../../page/model-hosts";

export interface CustomForm {
  engine: "cpu" | "webgpu";
  name: string;
  ggufUrl: string;
  weightsUrl: string;
  libraryUrl: string;
  /** Tokens; empty: the model's own. */
  context: string;
}

export const EMPTY_FORM: CustomForm = {
  engine: "cpu",
  name: "",
  ggufUrl: "",
  weightsUrl: "",
  libraryUrl: "",
  context: "",
};

export type FieldFault = "missing" | "not_a_url" | "credentials" | "not_https" | "foreign_host" | "not_gguf" | "not_wasm" | "context";
export type FormFaults = Partial<Record<keyof CustomForm, FieldFault>>;

export interface FormFacts {
  /** This page's own origin. */
  origin: string;
  /** What relative addresses count from. */
  base: string;
}

/** Context windows that some model has; a typing error lies outside of them. */
const CONTEXT = { min: 128, max: 1_048_576 };

export function faultsOf(form: CustomForm, facts: FormFacts): FormFaults {
  const faults: FormFaults = {};
  const check = (field: "ggufUrl" | "weightsUrl" | "libraryUrl", ending?: FieldFault): void => {
    const fault = urlFault(form[field], facts, ending);
    if (fault !== null) faults[field] = fault;
  };
  if (form.engine === "cpu") check("ggufUrl", "not_gguf");
  else {
    check("weightsUrl");
    check("libraryUrl", "not_wasm");
  }
  if (form.context.trim() !== "" && contextOf(form) === null) faults.context = "context";
  return faults;
}

function urlFault(typed: string, facts: FormFacts, ending?: FieldFault): FieldFault | null {
  if (typed.trim() === "") return "missing";
  const url = parsed(typed, facts);
  if (url === null) return "not_a_url";
  if (url.username + url.password !== "") return "credentials";
  if (url.protocol !== "https:" && url.origin !== facts.origin) return "not_https";
  if (!mayDownloadFrom(url, facts.origin)) return "foreign_host";
  if (ending === "not_gguf" && !url.pathname.toLowerCase().endsWith(".gguf")) return ending;
  if (ending === "not_wasm" && !url.pathname.toLowerCase().endsWith(".wasm")) return ending;
  return null;
}

function parsed(typed: string, { base }: FormFacts): URL | null {
  try {
    return new URL(typed.trim(), base);
  } catch {
    return null;
  }
}

function contextOf({ context }: CustomForm): number | null {
  const tokens = Number(context.trim());
  return Number.isInteger(tokens) && tokens >= CONTEXT.min && tokens <= CONTEXT.max ? tokens : null;
}

/** The model that a form without faults describes. */
export function customModelOf(form: CustomForm, facts: FormFacts): CustomModel {
  const address = (typed: string): string => new URL(typed.trim(), facts.base).href;
  const source = form.engine === "cpu" ? form.ggufUrl : form.weightsUrl;
  const name = form.name.trim() === "" ? nameOf(address(source)) : form.name.trim();
  const context = contextOf(form);
  return {
    id: idOf(name),
    name,
    ...(form.engine === "cpu"
      ? { gguf_url: address(form.ggufUrl) }
      : { weights_url: address(form.weightsUrl), library_url: address(form.libraryUrl) }),
    ...(context === null ? {} : { overrides: { context_window_size: context } }),
  };
}

/** A GGUF file from disk; `url` is a blob: URL of it. */
export function customModelOfFile(file: { name: string; size: number }, url: string): CustomModel {
  const name = withoutEnding(file.name);
  return { id: idOf(name), name, gguf_url: url, download_bytes: file.size };
}

function nameOf(address: string): string {
  const segments = new URL(address).pathname.split("/").filter((segment) => segment !== "");
  // A folder of weights may end in "resolve/main", which names nothing.
  const named = segments.filter((segment) => segment !== "resolve" && segment !== "main");
  return withoutEnding(decoded(named.at(-1) ?? "model"));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone "%" is a legal address, and encodes nothing.
    return segment;
  }
}

const withoutEnding = (name: string): string => name.replace(/\.gguf$/i, "");

/** Of the user's own: told apart from the catalogue's ids by its beginning. */
function idOf(name: string): string {
  const words = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `custom-${words === "" ? "model" : words}`;
}
