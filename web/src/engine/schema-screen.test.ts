import { describe, expect, it } from "vitest";
import cases from "../../../protocol/schemas.json" with { type: "json" };
import { EngineFailure } from "./errors";
import { screenSchema } from "./schema-screen";

function refusal(schema: unknown): unknown {
  try {
    screenSchema(schema);
  } catch (raw) {
    if (raw instanceof EngineFailure) return raw.error;
    throw raw;
  }
  return null;
}

describe("the screen before the grammar engine", () => {
  it.each([
    [true],
    [{}],
    [{ type: "object", properties: { a: { type: ["string", "null"], description: "x" } }, required: ["a"] }],
    [{ type: "array", items: { $ref: "#/$defs/n" }, $defs: { n: { type: "integer", minimum: 1 } } }],
    [{ anyOf: [{ const: 1 }, { enum: ["a", "b"] }], title: "Either", "x-order": 3 }],
    [
      {
        type: "object",
        additionalProperties: false,
        properties: { when: { type: "string", pattern: "^\\d{4}$" } },
      },
    ],
    // A property may have the name of a keyword.
    [{ type: "object", properties: { not: { type: "string" }, type: { type: "string" } } }],
  ])("lets %j through", (schema) => {
    expect(refusal(schema)).toBeNull();
  });

  it.each([
    [{ type: "object", properties: { a: { $ref: "#/$defs/nope" } } }, "#/properties/a"],
    [{ $ref: "https://elsewhere.test/schema" }, "#"],
    [{ type: "wizard" }, "#"],
    [{ type: "array", items: { type: "string", pattern: "^(?=a)b" } }, "#/items"],
    [{ type: "string", pattern: "(a)\\1" }, "#"],
    [{ anyOf: [{ type: "string" }, { not: { type: "string" } }] }, "#/anyOf/1"],
    [{ if: { type: "string" } }, "#"],
    [{ type: "object", properties: { a: 5 } }, "#/properties/a"],
    [{ type: "string", pattern: "a[" }, "#"],
    [{ type: "string", pattern: "\\p{L}+" }, "#"],
    [{ type: "integer", minimum: 1, exclusiveMinimum: true }, "#"],
    [{ allOf: [{ type: "object" }, { required: ["a"] }] }, "#"],
    ["string", "#"],
  ])("refuses %j and says where", (schema, where) => {
    expect(refusal(schema)).toMatchObject({ code: "grammar_failed", details: { where } });
  });

  // Python relaxes what this refuses: both read the same list.
  it.each(cases)("judges $what as Python does", ({ schema, held }) => {
    expect(refusal(schema) === null).toBe(held);
  });
});
