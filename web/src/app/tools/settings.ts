/** Which tools a person offers to the model, and what they may (pure). */
import type { CustomTool, SessionSettings, ToolPermission } from "../../protocol/wire";
import { BUILT_IN, BUILT_IN_NAMES, isBuiltIn } from "./built-in";

/** What a person has said about one tool; what is absent is the default. */
export interface ToolChoice {
  on?: boolean;
  permission?: ToolPermission;
}

export type ToolChoices = Readonly<Record<string, ToolChoice>>;

export type ToolSettings = Pick<SessionSettings, "tools" | "custom_tools" | "permissions">;

const PERMISSIONS: readonly unknown[] = ["allow", "ask", "never"] satisfies ToolPermission[];

/** A person's own tools are on and ask; the built-in ones say it themselves. */
export function choiceOf(choices: ToolChoices, name: string): Required<ToolChoice> {
  const { on, permission } = isBuiltIn(name) ? BUILT_IN[name] : ({ on: true, permission: "ask" } as const);
  return { on, permission, ...choices[name] };
}

/** The part of a session's settings that tools make up; empty where everything is as it comes. */
export function toolSettings(choices: ToolChoices, own: readonly CustomTool[]): ToolSettings {
  const on = (name: string): boolean => choiceOf(choices, name).on;
  const usual = BUILT_IN_NAMES.every((name) => on(name) === BUILT_IN[name].on);
  const permissions = Object.fromEntries(
    [...BUILT_IN_NAMES, ...own.map(({ name }) => name)].flatMap((name) => {
      const chosen = choices[name]?.permission;
      return chosen === undefined ? [] : [[name, chosen]];
    }),
  );
  const offered = own.filter(({ name }) => on(name));
  return {
    ...(usual ? {} : { tools: BUILT_IN_NAMES.filter(on).map((name) => BUILT_IN[name].module) }),
    ...(offered.length === 0 ? {} : { custom_tools: offered }),
    ...(Object.keys(permissions).length === 0 ? {} : { permissions }),
  };
}

/** What was stored, checked: another version of the page may have written it. */
export function readChoices(stored: unknown): ToolChoices {
  if (typeof stored !== "object" || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).flatMap(([name, value]: [string, unknown]) => {
      if (typeof value !== "object" || value === null) return [];
      const { on, permission } = value as Record<string, unknown>;
      const choice: ToolChoice = {
        ...(typeof on === "boolean" ? { on } : {}),
        ...(PERMISSIONS.includes(permission) ? { permission: permission as ToolPermission } : {}),
      };
      return [[name, choice]];
    }),
  );
}
