/** A JSON schema as GBNF rules (pure). The schema must have passed `screenSchema`. */
import { failure } from "./errors";
import { type Grammar, literal, noneOf, repeated } from "./gbnf";
import { ANY_INTEGER, ANY_NUMBER, type Bounds, integersWithin, numbersWithin } from "./gbnf-number";
import { isSchema, resolvePointer, type Schema } from "./schema-screen";

/** What may stand between two signs; bounded, for a model could go on with blanks for ever. */
const BLANK = '("\\n" [ \\t]{0,20} | " ")?';
/** Half a surrogate pair is no text, so none can be escaped alone. */
const CHARACTER =
  '[^"\\\\\\x00-\\x1f] | "\\\\" (["\\\\/bfnrt] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}' +
  ' | [dD] [89abAB] [0-9a-fA-F]{2} "\\\\u" [dD] [c-fC-F] [0-9a-fA-F]{2}))';
/** The members of a key's character class that a key written without escapes cannot hold. */
const NOT_IN_KEYS = ['"', "\\", ["\0", "\x1f"]] as const;
/** llama.cpp refuses to repeat a symbol more than 2,000 times. */
const MOST_REPETITIONS = 1000;
const DEEPEST = 64;

const KEYWORDS_OF: Record<string, readonly string[]> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
};
const EVERY_TYPE = ["object", "array", "string", "number", "boolean", "null"];
const CONSTRAINING = new Set([
  ...Object.values(KEYWORDS_OF).flat(),
  ...["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"],
]);

/**
 * The name of a rule whose texts are JSON valid against `schema`.
 *
 * As on WebGPU, declared properties come in their order, and an object that declares some has no others unless it
 * says so. A `pattern`, a `format`, the "one only" of `oneOf`, and lengths above 1,000 are not held: what the
 * model writes is wider there, and whoever asked validates it. Throws `grammar_failed` for a schema that allows
 * nothing, or that joins two schemas which both speak of the same thing.
 */
export function schemaRule(schema: unknown, grammar: Grammar): string {
  const rule = new SchemaRules(schema, grammar).value(schema, 0);
  if (rule === null) throw impossible("it allows no value at all");
  return rule;
}

const impossible = (why: string): ReturnType<typeof failure> =>
  failure(
    "grammar_failed",
    `The schema cannot be used as a constraint: ${why}.`,
    "Simplify the schema, and validate the answer afterwards.",
  );

class SchemaRules {
  private readonly references = new Map<string, string>();
  private readonly blank: string;
  private readonly character: string;

  constructor(
    private readonly root: unknown,
    private readonly grammar: Grammar,
  ) {
    this.blank = grammar.rule("blank", BLANK);
    this.character = grammar.rule("character", CHARACTER);
  }

  /** The rule of a schema; null where no value is valid. */
  value(schema: unknown, depth: number): string | null {
    if (depth > DEEPEST) throw impossible("it is nested too deeply, or refers to itself in a circle");
    if (schema === false) return null;
    if (!isSchema(schema)) return this.anything();
    const { $ref, allOf, anyOf, oneOf: either, ...rest } = schema;
    if (typeof $ref === "string") {
      if (![...Object.keys(schema)].some((key) => key !== "$ref" && CONSTRAINING.has(key))) {
        return this.reference($ref, depth);
      }
      return this.value(joined(omit(schema, "$ref"), resolvePointer($ref, this.root)), depth + 1);
    }
    if (Array.isArray(allOf)) return this.value(joined(omit(schema, "allOf"), allOf[0] ?? true), depth + 1);
    const branches = anyOf ?? either;
    if (Array.isArray(branches)) {
      if (anyOf !== undefined && either !== undefined) throw impossible('it has both "anyOf" and "oneOf"');
      return this.alternatives(
        "either",
        branches.map((branch) => this.value(joined(rest, branch), depth + 1)),
      );
    }
    return this.plain(rest, depth);
  }

  private plain(schema: Schema, depth: number): string | null {
    const types = typesOf(schema);
    if ("const" in schema || "enum" in schema) {
      const values: unknown[] = "const" in schema ? [schema.const] : (schema.enum as unknown[]);
      const fitting = values.filter((value) => types.some((type) => isOfType(value, type)));
      return this.alternatives(
        "constant",
        fitting.map((value) => literal(JSON.stringify(value))),
      );
    }
    return this.alternatives(
      "value",
      types.map((type) => this.typed(type, schema, depth)),
    );
  }

  private typed(type: string, schema: Schema, depth: number): string | null {
    switch (type) {
      case "object":
        return this.object(schema, depth);
      case "array":
        return this.array(schema, depth);
      case "string":
        return this.string(schema);
      case "integer":
      case "number":
        return this.number(schema, type === "integer");
      case "boolean":
        return this.grammar.rule("boolean", '"true"', '"false"');
      default:
        return '"null"';
    }
  }

  /** Any JSON value. */
  private anything(): string {
    const known = this.references.get("");
    if (known !== undefined) return known;
    const name = this.grammar.reserve("anything");
    this.references.set("", name);
    this.grammar.define(name, EVERY_TYPE.map((type) => this.typed(type, {}, 0)).join(" | "));
    return name;
  }

  /** A schema that is named, and so may hold itself. */
  private reference(pointer: string, depth: number): string | null {
    const known = this.references.get(pointer);
    if (known !== undefined) return known;
    const name = this.grammar.reserve("named");
    this.references.set(pointer, name);
    const rule = this.value(resolvePointer(pointer, this.root), depth + 1);
    // Whoever refers to what cannot be must find a rule all the same: one that no character fits.
    this.grammar.define(name, rule ?? noneOf([["\0", "\u{10ffff}"]]));
    return rule === null ? null : name;
  }

  private alternatives(hint: string, rules: readonly (string | null)[]): string | null {
    const possible = rules.filter((rule) => rule !== null);
    return possible.length === 0 ? null : this.grammar.rule(hint, ...possible);
  }

  private string({ minLength, maxLength }: Schema): string | null {
    const [least, most] = limits(minLength, maxLength);
    if (most !== null && most < least) return null;
    return this.grammar.rule("string", `"\\"" ${repeated(this.character, least, most)} "\\""`);
  }

  private number(schema: Schema, whole: boolean): string | null {
    const bounds = boundsOf(schema);
    if (bounds.min === null && bounds.max === null) {
      return this.grammar.rule(whole ? "integer" : "number", whole ? ANY_INTEGER : ANY_NUMBER);
    }
    return this.alternatives("within", whole ? integersWithin(bounds) : numbersWithin(bounds));
  }

  private array({ items, prefixItems, minItems, maxItems }: Schema, depth: number): string | null {
    const [least, most] = limits(minItems, maxItems);
    if (most !== null && most < least) return null;
    const leading = Array.isArray(prefixItems) ? prefixItems.map((item) => this.value(item, depth + 1)) : [];
    const further = this.value(items ?? true, depth + 1);
    const members = this.members(leading, further, 0, least, most);
    return members === null ? null : this.grammar.rule("array", `"[" ${this.blank} ${members} "]"`);
  }

  /** The members of an array from `index` on, each with the blanks behind it. */
  private members(
    leading: readonly (string | null)[],
    further: string | null,
    index: number,
    least: number,
    most: number | null,
  ): string | null {
    const comma = index === 0 ? "" : `"," ${this.blank} `;
    const may = (most === null || index < most) && (leading[index] ?? further);
    const must = index < least;
    if (index < leading.length) {
      const item = most !== null && index >= most ? null : (leading[index] ?? null);
      const rest = item === null ? null : this.members(leading, further, index + 1, least, most);
      if (rest === null) return must ? null : '""';
      const some = `${comma}${String(item)} ${this.blank} ${rest}`;
      return must ? some : this.grammar.rule("members", some, '""');
    }
    if (may === null || may === false) return must ? null : '""';
    const next = this.grammar.rule("next", `"," ${this.blank} ${may} ${this.blank}`);
    const left = Math.max(least - index, 0);
    const room = most === null ? null : most - index;
    if (index > 0) return repeated(next, left, room);
    const all = `${may} ${this.blank} ${repeated(next, Math.max(left - 1, 0), room === null ? null : room - 1)}`;
    return must ? all : this.grammar.rule("members", all, '""');
  }

  private object(schema: Schema, depth: number): string | null {
    const declared = isSchema(schema.properties) ? schema.properties : {};
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    const closed = Object.keys(declared).length > 0 || "properties" in schema;
    const others = schema.additionalProperties ?? !closed;
    const names = [...new Set([...Object.keys(declared), ...required])];
    const pairs: Pair[] = [];
    for (const name of names) {
      const value = this.value(Object.hasOwn(declared, name) ? declared[name] : others, depth + 1);
      if (value !== null)
        pairs.push({ text: this.pair(literal(JSON.stringify(name)), value), required: required.has(name) });
      else if (required.has(name)) return null;
    }
    const other = this.value(others, depth + 1);
    const further = other === null ? null : this.pair(this.otherKey(names), other);
    return this.grammar.rule("object", `"{" ${this.blank} ${this.pairs(pairs, further, 0, false)} "}"`);
  }

  private pair(key: string, value: string): string {
    return this.grammar.rule("pair", `${key} ${this.blank} ":" ${this.blank} ${value} ${this.blank}`);
  }

  /** The pairs of an object from `index` on; `begun` where one stands before them. */
  private pairs(pairs: readonly Pair[], further: string | null, index: number, begun: boolean): string {
    const comma = begun ? `"," ${this.blank} ` : "";
    const pair = pairs[index];
    if (pair === undefined) {
      if (further === null) return '""';
      const next = this.grammar.rule("next", `"," ${this.blank} ${further}`);
      return begun ? `${next}*` : this.grammar.rule("pairs", `${further} ${next}*`, '""');
    }
    const behind = this.pairs(pairs, further, index + 1, true);
    const absent = begun ? behind : this.pairs(pairs, further, index + 1, false);
    const present = `${comma}${pair.text} ${behind}`;
    return pair.required ? present : this.grammar.rule("pairs", present, absent);
  }

  /** A key that is none of `names`: a name must not come twice. It holds no escapes, which could hide one. */
  private otherKey(names: readonly string[]): string {
    // A name that needs an escape cannot be spelled by such a key at all.
    const plain = names.filter((name) => JSON.stringify(name) === `"${name}"`);
    return `"\\"" ${this.otherThan(plain.map((name) => Array.from(name)))} "\\""`;
  }

  private otherThan(names: readonly (readonly string[])[]): string {
    const any = noneOf(NOT_IN_KEYS);
    if (names.length === 0) return `${any}*`;
    const tails = new Map<string, string[][]>();
    for (const [first, ...tail] of names) {
      if (first !== undefined) tails.set(first, [...(tails.get(first) ?? []), tail]);
    }
    const alternatives = [...tails].map(([first, rest]) => `${literal(first)} ${this.otherThan(rest)}`);
    alternatives.push(`${noneOf([...NOT_IN_KEYS, ...tails.keys()])} ${any}*`);
    if (!names.some((name) => name.length === 0)) alternatives.push('""');
    return this.grammar.rule("other", ...alternatives);
  }
}

interface Pair {
  text: string;
  required: boolean;
}

function typesOf(schema: Schema): readonly string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type as string[];
  // Without a type, what is said of one is meant for it alone.
  const meant = Object.entries(KEYWORDS_OF).filter(([, keywords]) => keywords.some((key) => key in schema));
  return meant.length === 0 ? EVERY_TYPE : meant.map(([name]) => name);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isSchema(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** How many: at least, and at most where that can be counted. */
function limits(least: unknown, most: unknown): [number, number | null] {
  const low = typeof least === "number" ? Math.min(least, MOST_REPETITIONS) : 0;
  return [low, typeof most === "number" && most <= MOST_REPETITIONS ? most : null];
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): Bounds {
  const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
  const [low, lowOpen] = [number(minimum), number(exclusiveMinimum)];
  const [high, highOpen] = [number(maximum), number(exclusiveMaximum)];
  const exclusiveMin = lowOpen !== null && (low === null || lowOpen >= low);
  const exclusiveMax = highOpen !== null && (high === null || highOpen <= high);
  return {
    min: exclusiveMin ? lowOpen : low,
    max: exclusiveMax ? highOpen : high,
    exclusiveMin,
    exclusiveMax,
  };
}

const omit = (schema: Schema, keyword: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== keyword));

/** What is valid against both, where they speak of different things. */
function joined(one: Schema, other: unknown): Schema | boolean {
  if (other === false) return false;
  if (!isSchema(other)) return one;
  const both: Schema = { ...other, ...one };
  for (const keyword of Object.keys(one).filter((key) => CONSTRAINING.has(key) && key in other)) {
    const [left, right] = [one[keyword], other[keyword]];
    if (JSON.stringify(left) === JSON.stringify(right)) continue;
    if (keyword === "required") {
      both.required = [...new Set([...(left as string[]), ...(right as string[])])];
    } else if (keyword === "properties" && disjoint(left as Schema, right as Schema)) {
      both.properties = { ...(left as Schema), ...(right as Schema) };
    } else {
      throw impossible(`it joins two schemas that differ in "${keyword}"`);
    }
  }
  return both;
}

const disjoint = (one: Schema, other: Schema): boolean => !Object.keys(one).some((key) => key in other);
