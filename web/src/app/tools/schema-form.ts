/** A form for a tool's arguments, made of its schema (pure). */
import type { ArgumentsSchema, FieldSchema } from "./built-in";

export type Field =
  | { name: string; kind: "text" | "json"; required: boolean; about: string }
  | { name: string; kind: "number"; whole: boolean; required: boolean; about: string }
  | { name: string; kind: "choice"; options: readonly string[]; required: boolean; about: string }
  | { name: string; kind: "yes_no"; required: boolean; about: string };

/** What stands in a form's fields, by name; a field that is not there is empty. */
export type Values = Readonly<Record<string, string>>;

export type Given =
  | { arguments: Record<string, unknown> }
  | { problem: "missing" | "no_number" | "no_json"; field: string };

export function fieldsOf(schema: ArgumentsSchema): Field[] {
  return Object.entries(schema.properties).map(([name, of]) => {
    const common = { name, required: schema.required?.includes(name) ?? false, about: of.description ?? "" };
    return fieldOf(common, of);
  });
}

function fieldOf(common: { name: string; required: boolean; about: string }, of: FieldSchema): Field {
  if (of.enum !== undefined) return { ...common, kind: "choice", options: of.enum };
  switch (of.type) {
    case "string":
      return { ...common, kind: "text" };
    case "integer":
    case "number":
      return { ...common, kind: "number", whole: of.type === "integer" };
    case "boolean":
      return { ...common, kind: "yes_no" };
    default:
      return { ...common, kind: "json" };
  }
}

/** The arguments that a form holds, or the first field that cannot be used. Python checks them against the schema. */
export function argumentsOf(fields: readonly Field[], values: Values): Given {
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name] ?? "";
    if (value === "") {
      // An empty text is a text; nothing chosen, and no number, is left out.
      if (field.required && field.kind === "text") given[field.name] = "";
      else if (field.required) return { problem: "missing", field: field.name };
      continue;
    }
    const read = readValue(field, value);
    if ("problem" in read) return { problem: read.problem, field: field.name };
    given[field.name] = read.value;
  }
  return { arguments: given };
}

function readValue(field: Field, value: string): { value: unknown } | { problem: "no_number" | "no_json" } {
  switch (field.kind) {
    case "text":
    case "choice":
      return { value };
    case "yes_no":
      return { value: value === "yes" };
    case "number": {
      const number = Number(value.trim().replace(",", "."));
      const right = value.trim() !== "" && Number.isFinite(number) && (!field.whole || Number.isInteger(number));
      return right ? { value: number } : { problem: "no_number" };
    }
    case "json":
      try {
        return { value: JSON.parse(value) as unknown };
      } catch {
        return { problem: "no_json" };
      }
  }
}
