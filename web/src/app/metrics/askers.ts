/**
 * Who has asked the engine (pure). One engine serves the tabs of every profile, and tells all of them what it has
 * done: a tab says in its name there of which profile it is, so that each profile keeps its own figures only.
 */

const OF = "@";

/** What a tab calls itself in the engine room; `profile` null: it has none open yet. */
export const nameOfTab = (tab: string, profile: string | null): string => (profile === null ? tab : `${tab}${OF}${profile}`);

/** The profile whose page this is; null: a program of its own, or nobody (loads and recoveries are everybody's). */
export function profileOf(client: string): string | null {
  const at = client.indexOf(OF);
  return at < 0 ? null : client.slice(at + 1);
}

/** Whether the page of another profile has asked. */
export function isOthers(client: string, profile: string | null): boolean {
  const asker = profileOf(client);
  return asker !== null && asker !== profile;
}
