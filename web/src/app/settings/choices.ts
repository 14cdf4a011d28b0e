/** What a person can choose for answers, everywhere or in one conversation (pure). What is absent was not chosen. */
import type { SessionSettings } from "../../protocol/wire";

export type Mode = NonNullable<SessionSettings["mode"]>;
export type Privacy = NonNullable<SessionSettings["privacy"]>;

export const MODES = ["client_side", "server_side", "hybrid"] as const satisfies readonly Mode[];
export const FORMATS = ["text", "json", "json_schema"] as const;
export type Format = (typeof FORMATS)[number];

/** The bounds of a number, as the wire has them. */
export interface Bounds {
  least: number;
  greatest: number;
  whole: boolean;
}

export const NUMBERS = {
  temperature: { least: 0, greatest: 2, whole: false },
  top_p: { least: 0, greatest: 1, whole: false },
  top_k: { least: 0, greatest: 1_000_000, whole: true },
  max_tokens: { least: 1, greatest: 1_000_000, whole: true },
  frequency_penalty: { least: -2, greatest: 2, whole: false },
  presence_penalty: { least: -2, greatest: 2, whole: false },
  seed: { least: -Number.MAX_SAFE_INTEGER, greatest: Number.MAX_SAFE_INTEGER, whole: true },
  context_tokens: { least: 128, greatest: 1_048_576, whole: true },
} as const satisfies Record<string, Bounds>;

export type NumberName = keyof typeof NUMBERS;
export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];

export interface Choices extends Partial<Record<NumberName, number>> {
  stop?: readonly string[];
  format?: Format;
  /** Text of a JSON schema, for the format of that name. */
  schema?: string;
  /** False: a model that can think does not. */
  thinks?: boolean;
  mode?: Mode;
  privacy?: Privacy;
}

/** What is wrong with what was typed into a field; its sentence is the catalogue's. */
export type FieldFault =
  | { code: "not_a_number" | "not_whole" }
  | { code: "out_of_range"; least: number; greatest: number }
  | { code: "not_json" | "not_a_schema" };

export type Read<T> = { value: T | undefined; fault: null } | { fault: FieldFault };

/** A number as people write it, with a point or a comma; nothing: not chosen. */
export function readNumber(name: NumberName, typed: string): Read<number> {
  const trimmed = typed.trim().replace(",", ".");
  if (trimmed === "") return { value: undefined, fault: null };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return { fault: { code: "not_a_number" } };
  const value = Number(trimmed);
  const { least, greatest, whole }: Bounds = NUMBERS[name];
  if (whole && !Number.isInteger(value)) return { fault: { code: "not_whole" } };
  if (value < least || value > greatest) return { fault: { code: "out_of_range", least, greatest } };
  return { value, fault: null };
}

/** One text that ends the answer a line; spaces within one count. */
export function readStop(typed: string): readonly string[] | undefined {
  const lines = typed.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? undefined : lines;
}

/** The text of a JSON schema: an object. */
export function readSchema(typed: string): Read<string> {
  if (typed.trim() === "") return { value: undefined, fault: null };
  try {
    const parsed: unknown = JSON.parse(typed);
    return isRecord(parsed) ? { value: typed, fault: null } : { fault: { code: "not_a_schema" } };
  } catch {
    return { fault: { code: "not_json" } };
  }
}

/** What was stored, by whatever version of this page: what is not valid now was not chosen. */
export function readChoices(stored: unknown): Choices {
  if (!isRecord(stored)) return {};
  const choices: Choices = {};
  for (const name of NUMBER_NAMES) {
    const value = stored[name];
    const read = typeof value === "number" ? readNumber(name, plain(value)) : null;
    if (read?.fault === null && read.value !== undefined) choices[name] = read.value;
  }
  const { stop, format, schema, thinks, mode, privacy } = stored;
  if (Array.isArray(stop) && stop.length > 0 && stop.every((each) => typeof each === "string" && each !== "")) {
    choices.stop = stop;
  }
  assign(choices, "format", FORMATS.find((each) => each === format));
  if (typeof schema === "string" && readSchema(schema).fault === null && schema.trim() !== "") choices.schema = schema;
  if (typeof thinks === "boolean") choices.thinks = thinks;
  assign(choices, "mode", MODES.find((each) => each === mode));
  if (privacy === "local_only" || privacy === "allow_remote") choices.privacy = privacy;
  return choices;
}

/** The same with one choice more, changed, or taken back (undefined). */
export function chosen<K extends keyof Choices>(choices: Choices, name: K, value: Choices[K]): Choices {
  const next = { ...choices };
  // A choice that is not there, not one that is undefined: the latter would be stored.
  if (value === undefined) Reflect.deleteProperty(next, name);
  else next[name] = value;
  return next;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function assign<K extends keyof Choices>(choices: Choices, name: K, value: Choices[K]): void {
  if (value !== undefined) choices[name] = value;
}

/** Without an exponent, which nobody types. */
function plain(value: number): string {
  return value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
}
