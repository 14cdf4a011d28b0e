/** What each record of an export must look like, before anything of it is looked at. */
import { type Schema, validate } from "jsonschema";
import wire from "../../../../../protocol/wire.schema.json" with { type: "json" };
import type { RecordKind } from "./format";

const text = { type: "string" } as const;
const id = { type: "string", minLength: 1, maxLength: 200 } as const;
/** A setting of one conversation has that one's id behind its own name. */
const settingId = { type: "string", minLength: 1, maxLength: 400 } as const;
const moment = { type: "number", minimum: 0, maximum: 8.64e15 } as const;
const revision = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 } as const;
const flag = { type: "boolean" } as const;
const orNull = (schema: object): object => ({ anyOf: [schema, { type: "null" }] });
const constant = (value: string): object => ({ type: "string", enum: [value] });
const list = (items: object): object => ({ type: "array", items });

/** An object with these properties; with others as well, which later versions of a part may know. */
function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

/** A record: what it does not know would be lost when it is taken over. */
const record = (properties: Readonly<Record<string, object>>): object => ({
  ...object(properties),
  additionalProperties: false,
});

const wired = (name: keyof typeof wire.$defs): object => ({ $ref: `#/$defs/${name}` });

const attached = {
  anyOf: [
    object({ kind: constant("text"), id, name: text, text }),
    object({ kind: constant("image"), id, name: text, media_type: { type: "string", pattern: "^image/[a-z0-9.+-]+$" }, data: text }),
  ],
};

const parts = {
  anyOf: [
    object({ kind: constant("thinking"), key: text, text, open: flag, startedAt: moment, endedAt: orNull(moment) }),
    object({ kind: constant("text"), key: text, text, open: flag }),
    object(
      {
        kind: constant("tool"),
        key: text,
        callId: text,
        name: text,
        arguments: text,
        result: text,
        state: { type: "string", enum: ["done", "failed", "denied", "abandoned", "asking", "running"] },
        asked: object({ approval: text, question: text }),
        choice: { type: "string", enum: ["once", "conversation", "deny", "never"] },
        startedAt: moment,
        endedAt: moment,
      },
      ["asked", "choice", "startedAt", "endedAt"],
    ),
  ],
};

const figures = object({
  model: text,
  engine: orNull(wired("EngineIdentity")),
  figures: orNull(wired("Figures")),
  outputTokens: orNull({ type: "number" }),
  finishReason: text,
  degradation: orNull(object({ requested: text, actual: text, reason: text })),
  recovered: list(text),
});

/** Only what is over: a file starts nothing. */
const state = {
  anyOf: [
    object({ kind: { type: "string", enum: ["done", "stopped"] } }),
    object({ kind: constant("failed"), error: wired("WireError") }),
  ],
};

const message = {
  type: "object",
  properties: { role: { type: "string", enum: ["system", "developer", "user", "assistant", "tool", "function"] } },
  required: ["role"],
};

const turn = object({
  kind: constant("turn"),
  id,
  parent: orNull(id),
  question: text,
  attachments: list(attached),
  askedAt: moment,
  endedAt: orNull(moment),
  state,
  parts: list(parts),
  figures: orNull(figures),
  messages: orNull(list(message)),
});

const noticed = {
  anyOf: [
    object({ type: constant("new_model"), model: text }),
    object({ type: constant("python_restarted") }),
    object({ type: constant("engine_lost"), code: wired("ErrorCode") }),
    object({ type: constant("behind_failed"), model: text, message: text }),
  ],
};

const frame = object({
  notices: list(object({ kind: constant("notice"), id, after: id, what: noticed })),
  instruction: orNull(text),
});

/** Beside the frame, what other parts of the page know of a conversation. */
const details = { type: "object", properties: { frame, attached: list(attached) } };

const SCHEMAS: Readonly<Record<RecordKind, object>> = {
  conversation: record({
    kind: constant("conversation"),
    id,
    revision,
    title: text,
    named: flag,
    createdAt: moment,
    changedAt: moment,
    pinned: flag,
    folder: orNull(text),
    tags: list(text),
    leaf: orNull(id),
    details,
  }),
  turn: record({ kind: constant("turn"), conversation: id, id, revision, turn }),
  draft: record({ kind: constant("draft"), conversation: id, changedAt: moment, text, details }),
  image: record({
    kind: constant("image"),
    conversation: id,
    id: { type: "string", minLength: 1, maxLength: 401 },
    type: { type: "string", pattern: "^image/[a-z0-9.+-]+$" },
    data: { type: "string", pattern: "^[A-Za-z0-9+/]*={0,2}$" },
  }),
  template: record({ kind: constant("template"), id, value: object({ name: text, text }) }),
  tool: record({ kind: constant("tool"), id, value: wired("CustomTool") }),
  setting: record({ kind: constant("setting"), id: settingId, value: {} }),
  deck: record({ kind: constant("deck"), id, value: { type: "object" } }),
  batch: record({ kind: constant("batch"), id, value: { type: "object" } }),
  inference: record({ kind: constant("inference"), id, at: moment, model: { ...text, maxLength: 500 }, details: { type: "object" } }),
  note: record({ kind: constant("note"), text }),
};

/** Relative references need something to be relative to; Chromium rejects the validator's own default. */
const BASE = "https://export.invalid/";

export const isKind = (value: unknown): value is RecordKind => typeof value === "string" && Object.hasOwn(SCHEMAS, value);

/** What is wrong with a record of a kind, in a few words; null: nothing. */
export function faultOf(kind: RecordKind, found: unknown): string | null {
  const schema = { ...SCHEMAS[kind], $defs: wire.$defs } as Schema;
  const [first] = validate(found, schema, { base: BASE }).errors;
  return first === undefined ? null : `${["record", ...first.path].join(".")} ${first.message}`;
}
