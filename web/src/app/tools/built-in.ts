/**
 * The built-in tools, as the page knows them: module, default permission, and the schema of the arguments for
 * "Try it". Python's own definitions are the truth; tests/unit/test_page_tools.py holds these against them.
 */
import type { ToolPermission } from "../../protocol/wire";
import listed from "./built-in.json";

export const BUILT_IN_NAMES = [
  "notes",
  "todo",
  "calculator",
  "clock",
  "clipboard",
  "download",
  "fetch",
] as const;

export type BuiltInName = (typeof BUILT_IN_NAMES)[number];

/** A JSON schema of an object, as far as a form is made from it. */
export interface ArgumentsSchema {
  type: "object";
  properties: Readonly<Record<string, FieldSchema>>;
  required?: readonly string[];
}

export interface FieldSchema {
  type?: string;
  enum?: readonly string[];
  description?: string;
  minimum?: number;
}

export interface BuiltIn {
  /** The name of its Amplifier module. */
  module: string;
  /** Where a person has said nothing else. */
  on: boolean;
  permission: ToolPermission;
  schema: ArgumentsSchema;
}

export const BUILT_IN = listed as Readonly<Record<BuiltInName, BuiltIn>>;

export const isBuiltIn = (name: string): name is BuiltInName => (BUILT_IN_NAMES as readonly string[]).includes(name);
