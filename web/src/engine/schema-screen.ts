import { failure } from "./errors";

export type Schema = Record<string, unknown>;

/** Keywords that XGrammar holds, and those that say nothing about what is valid. */
const HELD = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "enum",
  "const",
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  "$defs",
  "definitions",
]);
const SILENT = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "nullable",
]);
const NUMBERS = [
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
];
const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);

/**
 * Refuses a schema that XGrammar cannot hold, saying which keyword and where.
 *
 * A dangling `$ref`, an unknown type or a lookaround aborts its WebAssembly runtime, and with it the worker; `not`
 * and its like are ignored without a word. So a schema is checked against what is known to work, first.
 * Throws `grammar_failed`.
 */
export function screenSchema(schema: unknown): void {
  if (typeof schema === "boolean") return;
  if (!isSchema(schema)) throw refused("#", "it is no object");
  screen(schema, "#", schema);
}

function screen(schema: Schema, where: string, root: Schema): void {
  for (const keyword of Object.keys(schema)) {
    if (!HELD.has(keyword) && !SILENT.has(keyword) && !keyword.startsWith("x-")) {
      throw refused(where, `"${keyword}" cannot be held while the model writes`, { keyword });
    }
  }
  screenType(schema.type, where);
  screenNumbers(schema, where);
  screenPattern(schema.pattern, where);
  if (Array.isArray(schema.allOf) && schema.allOf.length > 1) {
    throw refused(where, '"allOf" of several schemas cannot be held', { keyword: "allOf" });
  }
  screenReference(schema.$ref, where, root);
  for (const [name, child] of children(schema)) {
    if (typeof child === "boolean") continue;
    if (!isSchema(child)) throw refused(`${where}/${name}`, "it is no schema");
    screen(child, `${where}/${name}`, root);
  }
}

function screenType(type: unknown, where: string): void {
  if (type === undefined) return;
  const listed: unknown[] = Array.isArray(type) ? type : [type];
  const unknown = listed.find((one) => typeof one !== "string" || !TYPES.has(one));
  if (unknown !== undefined) throw refused(where, `the type ${JSON.stringify(unknown)} is unknown`);
}

/** In older drafts some of these were booleans. */
function screenNumbers(schema: Schema, where: string): void {
  const odd = NUMBERS.find((keyword) => schema[keyword] !== undefined && typeof schema[keyword] !== "number");
  if (odd !== undefined) throw refused(where, `"${odd}" is no number`, { keyword: odd });
}

function screenPattern(pattern: unknown, where: string): void {
  if (typeof pattern !== "string") return;
  if (/\(\?(?:[=!]|<[=!])/.test(pattern)) throw refused(where, "its pattern looks ahead or behind");
  if (/\\[1-9]|\\k</.test(pattern)) throw refused(where, "its pattern refers back to a group");
  if (/\\[bB]/.test(pattern)) throw refused(where, "its pattern asks for a word boundary");
  if (/\\[pP]\{/.test(pattern)) throw refused(where, "its pattern names a class of Unicode");
  try {
    new RegExp(pattern);
  } catch {
    throw refused(where, "its pattern is no regular expression");
  }
}

function screenReference(reference: unknown, where: string, root: Schema): void {
  if (reference === undefined) return;
  if (typeof reference !== "string" || !reference.startsWith("#")) {
    throw refused(where, "its $ref does not point into the schema itself");
  }
  if (!isSchema(resolvePointer(reference, root))) {
    throw refused(where, `its $ref ${reference} points at nothing`);
  }
}

/** What a `$ref` into the same document points at; undefined where there is nothing. */
export function resolvePointer(reference: string, root: unknown): unknown {
  let target = root;
  for (const part of reference
    .slice(1)
    .split("/")
    .filter((name) => name !== "")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return target;
}

/** The schemas right inside a schema, by name. */
function* children(schema: Schema): Generator<[string, unknown]> {
  for (const keyword of ["properties", "$defs", "definitions"]) {
    const named = schema[keyword];
    if (isSchema(named))
      for (const [name, child] of Object.entries(named)) yield [`${keyword}/${name}`, child];
  }
  for (const keyword of ["anyOf", "oneOf", "allOf", "prefixItems"]) {
    const listed = schema[keyword];
    if (Array.isArray(listed))
      for (const [index, child] of listed.entries()) yield [`${keyword}/${String(index)}`, child];
  }
  for (const keyword of ["items", "additionalProperties"]) {
    if (schema[keyword] !== undefined) yield [keyword, schema[keyword]];
  }
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const refused = (
  where: string,
  why: string,
  details: Record<string, unknown> = {},
): ReturnType<typeof failure> =>
  failure(
    "grammar_failed",
    `The schema cannot be used as a constraint at ${where}: ${why}.`,
    "Simplify the schema, and validate the answer afterwards.",
    { where, ...details },
  );
