/** A tool that a person writes, while it is edited and when it is kept (pure). */
import type { CustomTool } from "../../protocol/wire";
import { isBuiltIn } from "./built-in";

export const PARAMETER_TYPES = ["string", "integer", "number", "boolean"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export interface Parameter {
  name: string;
  type: ParameterType;
  about: string;
  required: boolean;
}

export interface Draft {
  name: string;
  description: string;
  parameters: readonly Parameter[];
  source: string;
}

export type Problem =
  | { what: "badName" | "noDescription" | "noRun" }
  | { what: "taken"; name: string }
  | { what: "badParameter"; name: string };

export const NEW_DRAFT: Draft = {
  name: "",
  description: "",
  parameters: [{ name: "text", type: "string", about: "", required: true }],
  source: "def run(text):\n    return text[::-1]\n",
};

const NAME = /^[a-z][a-z0-9_]{0,63}$/u;
const PARAMETER = /^[A-Za-z_]\w{0,63}$/u;
const RUN = /^(?:async\s+)?def\s+run\s*\(|^run\s*=/mu;

/** The first thing that is wrong with a draft; null where it can be kept. `others`: names that are taken. */
export function problemOf(draft: Draft, others: readonly string[]): Problem | null {
  if (!NAME.test(draft.name)) return { what: "badName" };
  if (isBuiltIn(draft.name) || others.includes(draft.name)) return { what: "taken", name: draft.name };
  if (draft.description.trim() === "") return { what: "noDescription" };
  const names = draft.parameters.map(({ name }) => name);
  const bad = names.find((name, at) => !PARAMETER.test(name) || names.indexOf(name) !== at);
  if (bad !== undefined) return { what: "badParameter", name: bad };
  return RUN.test(draft.source) ? null : { what: "noRun" };
}

export function toolOf(draft: Draft): CustomTool {
  const properties = Object.fromEntries(
    draft.parameters.map(({ name, type, about }) => [
      name,
      { type, ...(about.trim() === "" ? {} : { description: about.trim() }) },
    ]),
  );
  const required = draft.parameters.filter((each) => each.required).map(({ name }) => name);
  return {
    name: draft.name,
    description: draft.description.trim(),
    parameters: { type: "object", properties, required, additionalProperties: false },
    source: draft.source,
  };
}

export function draftOf(tool: CustomTool): Draft {
  const { properties, required } = tool.parameters as {
    properties?: Record<string, { type?: string; description?: string }>;
    required?: readonly string[];
  };
  return {
    name: tool.name,
    description: tool.description,
    source: tool.source,
    parameters: Object.entries(properties ?? {}).map(([name, of]) => ({
      name,
      type: PARAMETER_TYPES.find((type) => type === of.type) ?? "string",
      about: of.description ?? "",
      required: required?.includes(name) ?? false,
    })),
  };
}

/** A tool that was stored, checked; null where it is none. */
export function readTool(stored: unknown): CustomTool | null {
  if (typeof stored !== "object" || stored === null) return null;
  const { name, description, parameters, source } = stored as Record<string, unknown>;
  const right =
    typeof name === "string" &&
    NAME.test(name) &&
    typeof description === "string" &&
    typeof source === "string" &&
    typeof parameters === "object" &&
    parameters !== null;
  return right ? { name, description, parameters: parameters as CustomTool["parameters"], source } : null;
}
