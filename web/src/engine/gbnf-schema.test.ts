import * as fc from "fast-check";
import { validate } from "jsonschema";
import { describe, expect, it } from "vitest";
import { accepts, readGrammar, written } from "../testing/gbnf";
import { EngineFailure } from "./errors";
import { Grammar } from "./gbnf";
import { schemaRule } from "./gbnf-schema";
import { screenSchema } from "./schema-screen";

function grammarOf(schema: unknown): ReturnType<typeof readGrammar> {
  screenSchema(schema);
  const grammar = new Grammar();
  grammar.define("root", schemaRule(schema, grammar));
  return readGrammar(grammar.toString());
}

const allows = (schema: unknown, value: unknown): boolean =>
  accepts(grammarOf(schema), typeof value === "string" ? value : JSON.stringify(value));

interface Case {
  schema: Record<string, unknown>;
  value: unknown;
}

/** Numbers from 0 to 1 (Park and Miller's generator). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const NAMES = ["a", "ab", "b", "text", 'say "hi"', "größe", ""];
const lengths = { minLength: 0, maxLength: 6 };
const leaf: fc.Arbitrary<Case> = fc.oneof(
  fc.string({ ...lengths, unit: "grapheme" }).map((value) => ({ schema: { type: "string" }, value })),
  fc.tuple(fc.string({ minLength: 2, maxLength: 5 }), fc.nat(2), fc.nat(3)).map(([value, under, over]) => ({
    schema: { type: "string", minLength: value.length - under, maxLength: value.length + over },
    value,
  })),
  fc.integer().map((value) => ({ schema: { type: "integer" }, value })),
  fc.tuple(fc.maxSafeInteger(), fc.nat(1e6), fc.nat(1e6)).map(([value, under, over]) => {
    const held = Math.trunc(value / 2);
    return { schema: { type: "integer", minimum: held - under, maximum: held + over }, value: held };
  }),
  fc.tuple(fc.integer(), fc.nat(99), fc.nat(50), fc.nat(50)).map(([whole, hundredths, under, over]) => {
    const value = Number(`${String(whole)}.${String(hundredths).padStart(2, "0")}`);
    // Bounds between whole numbers are held to the next one only.
    return {
      schema: { type: "number", minimum: Math.floor(value) - under, maximum: Math.ceil(value) + over },
      value,
    };
  }),
  fc
    .double({ min: -1e90, max: 1e90, noNaN: true })
    .filter((value) => value === 0 || Math.abs(value) > 1e-90)
    .map((value) => ({ schema: { type: "number" }, value: value === 0 ? 0 : value })),
  fc.boolean().map((value) => ({ schema: { type: "boolean" }, value })),
  fc.constant({ schema: { type: ["string", "null"] }, value: null }),
  fc.string(lengths).map((value) => ({ schema: { enum: ["x", 3, value] }, value })),
  fc.jsonValue({ maxDepth: 1, noUnicodeString: false }).map((value) => ({ schema: { const: value }, value })),
  fc.constantFrom(...[1, "x", null, [1, "a"], { a: { b: [] } }]).map((value) => ({ schema: {}, value })),
);

/** Schemas of the subset, each with a value that is valid against it. */
const { any: cases } = fc.letrec<{ any: Case; array: Case; object: Case; either: Case; named: Case }>(
  (tie) => ({
    any: fc.oneof(
      { maxDepth: 3, depthIdentifier: "schema" },
      leaf,
      tie("array"),
      tie("object"),
      tie("either"),
      tie("named"),
    ),
    array: fc
      .tuple(fc.array(tie("any"), { maxLength: 3 }), fc.boolean(), fc.nat(2))
      .map(([items, tuple, room]) => {
        const [first] = items;
        if (tuple || first === undefined) {
          const prefix = items.map(({ schema }) => schema);
          return {
            schema: {
              type: "array",
              ...(prefix.length > 0 ? { prefixItems: prefix } : {}),
              maxItems: items.length + room,
            },
            value: items.map(({ value }) => value),
          };
        }
        return {
          schema: { type: "array", items: first.schema, minItems: Math.max(items.length - room, 0) },
          value: items.map(() => first.value),
        };
      }),
    object: fc
      .tuple(
        fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), member: tie("any"), way: fc.nat(2) }), {
          maxLength: 4,
          selector: ({ name }) => name,
        }),
        fc.boolean(),
      )
      .map(([members, open]) => ({
        schema: {
          type: "object",
          properties: Object.fromEntries(members.map(({ name, member }) => [name, member.schema])),
          required: members.filter(({ way }) => way === 2).map(({ name }) => name),
          additionalProperties: open,
        },
        value: Object.fromEntries([
          ...members
            .filter(({ way }) => way > 0)
            .map(({ name, member }): [string, unknown] => [name, member.value]),
          ...(open ? [["abc", [1]] as [string, unknown]] : []),
        ]),
      })),
    either: fc.tuple(tie("any"), tie("any")).map(([one, other]) => ({
      schema: { anyOf: [one.schema, other.schema], description: "either" },
      value: other.value,
    })),
    named: tie("any").map(({ schema, value }) => ({ schema: { allOf: [schema], title: "wrapped" }, value })),
  }),
);

describe("a schema as a grammar", () => {
  it("accepts every valid value, however it is indented", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(undefined, 1, 2), ({ schema, value }, indent) => {
        // A constant is written in one way only.
        const space = JSON.stringify(schema).includes('"const"') ? undefined : indent;
        expect(accepts(grammarOf(schema), JSON.stringify(value, null, space))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("lets only valid JSON be written", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1 }), ({ schema }, seed) => {
        const text = written(grammarOf(schema), randomFrom(seed));
        const value: unknown = JSON.parse(text);
        expect(validate(value, schema).errors.map(String)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [
      { type: "integer", minimum: 8, maximum: 1234 },
      [8, 9, 10, 99, 100, 999, 1000, 1234],
      [7, 0, -8, 1235, 9999, 12345],
    ],
    [{ type: "integer", minimum: -12, maximum: 3 }, [-12, -1, 0, 3], [-13, -20, 4, 10]],
    [{ type: "integer", exclusiveMinimum: 0 }, [1, 10, 123456], [0, -1]],
    [{ type: "integer", maximum: -5 }, [-5, -10, -999], [-4, 0, 5]],
    [{ type: "number", minimum: 0, maximum: 1 }, [0, 0.5, 1], [1.5, -0.1, 2]],
    [{ type: "number", exclusiveMaximum: 1 }, [0.99, -7.5], [1, 1.01]],
    [
      { type: "string", minLength: 1, maxLength: 2 },
      ['"a"', '"😀é"', '"\\ud83d\\ude00"', '"\\n"'],
      ['""', '"abc"', '"\\ud83d"', '"\n"'],
    ],
    [
      { type: "array", items: { type: "null" }, minItems: 1, maxItems: 2 },
      [[null], [null, null]],
      [[], [null, null, null]],
    ],
    [
      { prefixItems: [{ const: 1 }, { const: 2 }], items: false, minItems: 1 },
      [[1], [1, 2]],
      [[], [2], [1, 2, 3]],
    ],
    [{ type: "object", properties: { n: {} } }, [{}, { n: [{}] }], [{ m: 1 }, '{"n":1,"n":2}', '{"n":1,}']],
    [
      { properties: { ab: {}, a: {} }, additionalProperties: { type: "null" }, required: ["a"] },
      [{ a: 1 }, { ab: 1, a: 2, abc: null }, { a: 1, b: null, "": null }],
      ['{"a":1,"a":null}', '{"a":1,"ab":null}', { b: null }, { a: 1, c: 3 }],
    ],
    [{ type: "object" }, [{}, { any: { thing: 1 } }], [[], "1"]],
    [{ type: "object", properties: {} }, [{}], [{ a: 1 }]],
    [{ required: ["a"], additionalProperties: { type: "boolean" } }, [{ a: true }], [{}, { a: 1 }]],
    [{ type: "integer", enum: [1, "1", 2.5] }, [1], ['"1"', 2.5]],
  ])("holds %j", (schema, valid, invalid) => {
    expect(valid.filter((value) => !allows(schema, value))).toEqual([]);
    expect(invalid.filter((value) => allows(schema, value))).toEqual([]);
  });

  it("writes no bare quotation mark into a key beside a declared name that has one", () => {
    const grammar = grammarOf({ properties: { 'say "hi"': {} }, additionalProperties: true });
    expect(accepts(grammar, '{"say \\"hi\\"": 1, "say": 2}')).toBe(true);
    expect(accepts(grammar, '{"say "hi": 2}')).toBe(false);
  });

  it("lets a schema hold itself", () => {
    const list = {
      type: "object",
      properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
      required: ["next"],
    };
    expect(allows(list, { next: { next: null } })).toBe(true);
    expect(allows(list, { next: 1 })).toBe(false);
  });

  it("joins what stands beside a reference or in branches", () => {
    const schema = {
      $defs: { named: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
      anyOf: [{ $ref: "#/$defs/named", properties: { age: { type: "integer" } } }],
      required: ["age"],
    };
    expect(allows(schema, { age: 3, name: "a" })).toBe(true);
    expect(allows(schema, { name: "a" })).toBe(false);
  });

  it("stays small for an object of many optional members", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`p${String(index)}`, {}]),
    );
    expect(allows({ properties }, { p0: 1, p30: 2, p59: 3 })).toBe(true);
  });

  it.each([
    [{ type: "string", minLength: 3, maxLength: 2 }],
    [{ type: "object", properties: { a: false }, required: ["a"] }],
    [{ properties: {}, required: ["a"], additionalProperties: false }],
    [{ enum: [] }],
    [{ type: "integer", minimum: 3, maximum: 2 }],
    [{ allOf: [{ type: "string" }], type: "integer" }],
    [{ $ref: "#", minLength: 1 }],
  ])("refuses %j, which it could not hold", (schema) => {
    try {
      grammarOf(schema);
    } catch (raw) {
      expect(raw).toBeInstanceOf(EngineFailure);
      expect((raw as EngineFailure).error).toMatchObject({ code: "grammar_failed" });
      return;
    }
    throw new Error("It was not refused.");
  });
});
