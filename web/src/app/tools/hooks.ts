/**
 * The hooks that watch a conversation, as far as a person chooses among them (pure). The gate of approvals is not
 * here: it stands before every tool, always. tests/unit/test_page_tools.py holds the list against Python's own.
 */
import type { SessionSettings } from "../../protocol/wire";
import listed from "./hooks.json";

export const HOOK_NAMES = ["redaction", "metrics", "logging"] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** By the hook's name, its Amplifier module and whether it is there where nobody has said anything. */
const HOOKS: Readonly<Record<HookName, { module: string; on: boolean }>> = listed;

/** What a person has said; what is absent is the default. */
export type HookChoices = Readonly<Partial<Record<HookName, boolean>>>;

export const hookIsOn = (choices: HookChoices, name: HookName): boolean => choices[name] ?? HOOKS[name].on;

/** The part of a session's settings that hooks make up; empty where everything is as it comes. */
export function hookSettings(choices: HookChoices): Pick<SessionSettings, "hooks"> {
  const usual = HOOK_NAMES.every((name) => hookIsOn(choices, name) === HOOKS[name].on);
  if (usual) return {};
  return { hooks: HOOK_NAMES.filter((name) => hookIsOn(choices, name)).map((name) => HOOKS[name].module) };
}

/** What was stored, checked: another version of the page may have written it. */
export function readHookChoices(stored: unknown): HookChoices {
  if (typeof stored !== "object" || stored === null) return {};
  const said = stored as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    HOOK_NAMES.flatMap((name) => (typeof said[name] === "boolean" ? [[name, said[name]]] : [])),
  );
}
