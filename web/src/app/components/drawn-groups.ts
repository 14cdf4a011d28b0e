/**
 * Which groups of turns are in the document (pure): the newest, those near to what is read, and some that were. A long
 * conversation takes no more than that, however long it is. Groups are counted from the beginning.
 */

/** What is drawn whether it is in sight or not: the end of the page has to stand still. */
export const NEWEST = 5;
/** Groups that are drawn at once: more than a window shows, though the last of them may hold a single turn. */
const AT_ONCE = 2;
/** So many are drawn at most, unless more of them are near or in use: what was just read is often read again. */
export const MOST = 12;

export type Groups = ReadonlySet<number>;

export interface Drawn {
  groups: Groups;
  /** Those that are in sight, or a scroll away from it. */
  near: Groups;
}

export const NOTHING_DRAWN: Drawn = { groups: new Set(), near: new Set() };

/** One group more, or one less. */
export type Step = { kind: "draw" | "leave_out"; group: number };

/** What is in the document of a conversation of `count` groups: a new one does not wait for its step. */
export function shownOf({ groups }: Drawn, count: number): Groups {
  const shown = new Set([...groups].filter((group) => group < count));
  for (const group of last(AT_ONCE, count)) shown.add(group);
  return shown;
}

/** The next thing to do, from what is read outwards; null where all is as it should be. */
export function nextStep(drawn: Drawn, count: number, inUse: (group: number) => boolean): Step | null {
  const shown = shownOf(drawn, count);
  const distance = distanceTo(drawn.near, count);
  const wanted = new Set([...drawn.near, ...last(NEWEST, count)].filter((group) => group < count));
  const missing = [...wanted].filter((group) => !drawn.groups.has(group));
  const late = (group: number): number => (shown.has(group) ? count : 0) + distance(group);
  const nearest = missing.sort((one, other) => late(one) - late(other))[0];
  if (nearest !== undefined) return { kind: "draw", group: nearest };
  if (shown.size <= MOST) return null;
  const farthest = [...shown]
    .filter((group) => !wanted.has(group))
    .sort((one, other) => distance(other) - distance(one))
    .find((group) => !inUse(group));
  return farthest === undefined ? null : { kind: "leave_out", group: farthest };
}

/** What was shown without a step is known from here on: it stays when others follow it. */
export function stepped(drawn: Drawn, step: Step, count: number): Drawn {
  const groups = new Set(shownOf(drawn, count));
  if (step.kind === "draw") groups.add(step.group);
  else groups.delete(step.group);
  return { ...drawn, groups };
}

/** From the middle of what is near; from the end where nothing is. */
function distanceTo(near: Groups, count: number): (group: number) => number {
  const middle = near.size === 0 ? count - 1 : (Math.min(...near) + Math.max(...near)) / 2;
  return (group) => Math.abs(group - middle);
}

/** The last `some` groups, or as many as there are. */
function last(some: number, count: number): readonly number[] {
  return Array.from({ length: Math.min(some, count) }, (_, place) => count - 1 - place);
}
