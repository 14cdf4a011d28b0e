import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import type { ClientMessage, WireError } from "./wire";

/** A message that has the shape it claims, or why it has not. */
export type Checked = { ok: true; message: ClientMessage } | { ok: false; error: WireError };

/** The validators of one message family by the `type` that messages carry: one check, one precise complaint. */
function validatorsByType(family: "ClientMessage"): Map<string, Validator> {
  const validators = new Map<string, Validator>();
  const definitions: Record<string, Schema> = schema.$defs as Record<string, Schema>;
  for (const { $ref } of schema.$defs[family].oneOf) {
    const definition = definitions[$ref.replace("#/$defs/", "")];
    const tag: unknown = (definition?.properties as Record<string, { const?: unknown }> | undefined)?.type
      ?.const;
    if (typeof tag !== "string") throw new Error(`${$ref} has no constant type`);
    validators.set(tag, new Validator({ $ref, $defs: schema.$defs }, "2020-12", false));
  }
  return validators;
}

const CLIENT = validatorsByType("ClientMessage");

/** Checks what came through a port. Nothing unchecked goes further: a port may belong to another page's version. */
export function checkClientMessage(received: unknown): Checked {
  const type = typeOf(received);
  const validator = type === null ? undefined : CLIENT.get(type);
  if (validator === undefined) {
    return refuse(type === null ? "The message has no type." : `The message type "${type}" is unknown.`, {
      known: [...CLIENT.keys()],
    });
  }
  const result = validator.validate(received);
  if (result.valid) return { ok: true, message: received as ClientMessage };
  const { where, what } = deepest(result.errors);
  return refuse(`The "${type ?? ""}" message is malformed at ${where}: ${what}`, { where });
}

function typeOf(received: unknown): string | null {
  if (typeof received !== "object" || received === null || !("type" in received)) return null;
  return typeof received.type === "string" ? received.type : null;
}

/** Every level above a mistake complains too; the one that says something lies deepest. */
function deepest(errors: OutputUnit[]): { where: string; what: string } {
  const depth = (unit: OutputUnit): number => unit.instanceLocation.split("/").length;
  const last = errors.reduce<OutputUnit | undefined>(
    (best, unit) => (best === undefined || depth(unit) >= depth(best) ? unit : best),
    undefined,
  );
  return { where: last?.instanceLocation ?? "#", what: last?.error ?? "it does not match the schema" };
}

function refuse(message: string, details: Record<string, unknown>): Checked {
  return { ok: false, error: { code: "invalid_request", message, details } };
}
