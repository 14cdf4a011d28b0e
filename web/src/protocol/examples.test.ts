import { readdirSync, readFileSync } from "node:fs";
import { validate } from "jsonschema";
import { describe, expect, it } from "vitest";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import { checkClientMessage } from "./validate";

const FOLDER = new URL("../../../protocol/examples/", import.meta.url);

const examples = readdirSync(FOLDER).flatMap((type) =>
  readdirSync(new URL(`${type}/`, FOLDER)).map((file) => {
    const example: unknown = JSON.parse(readFileSync(new URL(`${type}/${file}`, FOLDER), "utf8"));
    return { name: `${type}/${file}`, type, example };
  }),
);
const members = (union: { oneOf: { $ref: string }[] }): string[] =>
  union.oneOf.map(({ $ref }) => $ref.replace("#/$defs/", ""));
const { ClientMessage, Query, Opening } = schema.$defs;
const clientTypes = [ClientMessage, Query, Opening].flatMap(members);

describe("the example messages", () => {
  it.each(examples)("$name is what it says it is", ({ type, example }) => {
    const result = validate(
      example,
      { $ref: `#/$defs/${type}`, $defs: schema.$defs },
      {
        base: "https://wire.invalid/",
      },
    );
    expect(result.errors.map(String)).toEqual([]);
  });

  it.each(examples.filter(({ type }) => clientTypes.includes(type)))(
    "$name passes the engine's door",
    ({ example }) => {
      expect(checkClientMessage(example)).toEqual({ ok: true, message: example });
    },
  );
});
