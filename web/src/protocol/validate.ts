import { type Schema, type ValidationError, validate } from "jsonschema";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import type { ClientMessage, WireError } from "./wire";

/** A message that has the shape it claims, or why it has not. */
export type Checked = { ok: true; message: ClientMessage } | { ok: false; error: WireError };

/** The schemas of what clients send, by the `type` that messages carry: one check, one precise complaint. */
function schemasByType(): Map<string, Schema> {
  const definitions: Record<string, object> = schema.$defs;
  const schemas = new Map<string, Schema>();
  const { ClientMessage, Query, Opening } = schema.$defs;
  const unions = ["#/$defs/Query", "#/$defs/Opening"];
  for (const { $ref } of [...ClientMessage.oneOf, ...Query.oneOf, ...Opening.oneOf]) {
    if (unions.includes($ref)) continue;
    const definition = definitions[$ref.replace("#/$defs/", "")] as {
      properties?: { type?: { const?: unknown } };
    };
    const tag = definition.properties?.type?.const;
    if (typeof tag !== "string") throw new Error(`${$ref} has no constant type`);
    // The validator resolves `#/$defs/...` against the schema it is given.
    schemas.set(tag, { $ref, $defs: definitions } as Schema);
  }
  return schemas;
}

const CLIENT = schemasByType();

/** Relative references need something to be relative to; Chromium rejects the validator's own default. */
const BASE = "https://wire.invalid/";

/** Checks what came through a port. Nothing unchecked goes further: a port may belong to another page's version. */
export function checkClientMessage(received: unknown): Checked {
  const type = typeOf(received);
  const expected = type === null ? undefined : CLIENT.get(type);
  if (expected === undefined) {
    return refuse(type === null ? "The message has no type." : `The message type "${type}" is unknown.`, {
      known: [...CLIENT.keys()],
    });
  }
  const [first] = validate(received, expected, { base: BASE }).errors;
  if (first === undefined) return { ok: true, message: received as ClientMessage };
  const where = pointer(first);
  return refuse(`The "${type ?? ""}" message is malformed at ${where}: it ${first.message}.`, { where });
}

function typeOf(received: unknown): string | null {
  if (typeof received !== "object" || received === null || !("type" in received)) return null;
  return typeof received.type === "string" ? received.type : null;
}

const pointer = ({ path }: ValidationError): string => ["#", ...path].join("/");

function refuse(message: string, details: Record<string, unknown>): Checked {
  return { ok: false, error: { code: "invalid_request", message, details } };
}
