/**
 * What of the settings leaves the device, and comes in from another: not secrets, and nothing by which a file could
 * make the page trust somebody. Servers, sites and permissions are chosen on each device by its person.
 */
import { type Choices, chosen, readChoices } from "../../settings/choices";
import { SECRET_SETTINGS } from "../../settings/store";
import { readHookChoices } from "../../tools/hooks";
import { readChoices as readToolChoices } from "../../tools/settings";

const KEPT_HERE: ReadonlySet<string> = new Set([...SECRET_SETTINGS, "server", "tools.sites"]);

/** The value as it may pass; undefined: it stays. */
export function passing(id: string, value: unknown): unknown {
  if (KEPT_HERE.has(id)) return undefined;
  if (id === "answers" || id.startsWith("answers/")) {
    const choices = withoutWays(readChoices(value));
    return Object.keys(choices).length === 0 ? undefined : choices;
  }
  if (id === "tools") {
    const on = Object.entries(readToolChoices(value)).flatMap(([name, choice]) =>
      choice.on === undefined ? [] : [[name, { on: choice.on }] as const],
    );
    return on.length === 0 ? undefined : Object.fromEntries(on);
  }
  if (id === "tools.hooks") {
    // What hides secrets is switched off by its person's own hand.
    const others = Object.entries(readHookChoices(value)).filter(([name]) => name !== "redaction");
    return others.length === 0 ? undefined : Object.fromEntries(others);
  }
  return value;
}

/** Who answers, and what may leave the device for that, is a matter of trust. */
const withoutWays = (choices: Choices): Choices => chosen(chosen(choices, "mode", undefined), "privacy", undefined);
