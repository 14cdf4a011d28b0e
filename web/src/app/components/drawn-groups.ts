/**
 * Which groups of turns are in the document (pure): the newest, those near to what is read, and some that were. A long
 * conversation takes no more than that, however long it is. Groups are counted from the beginning, and so are chapters,
 * of some groups each: one that is far from all of these is closed, a single element in place of its groups'.
 */

/** What is drawn whether it is in sight or not: the end of the page has to stand still. */
export const NEWEST = 5;
/** Groups that are drawn at once: more than a window shows, though the last of them may hold a single turn. */
const AT_ONCE = 2;
/** So many are drawn at most, unless more of them are near or in use: what was just read is often read again. */
export const MOST = 8;
/** Groups of one chapter. */
export const CHAPTER = 12;

export type Groups = ReadonlySet<number>;
export type Chapters = ReadonlySet<number>;

/** What is in sight, or a scroll away from it. */
export interface Sight {
  near: Groups;
  /** Closed chapters that are: which of their groups are, is seen once they are open. */
  reached: Chapters;
}

export interface Drawn extends Sight {
  groups: Groups;
}

export const NOTHING_DRAWN: Drawn = { groups: new Set(), near: new Set(), reached: new Set() };

export const chapterOf = (group: number): number => Math.floor(group / CHAPTER);

/** One group more, or one less. */
export type Step = { kind: "draw" | "leave_out"; group: number };

/** What is in the document of a conversation of `count` groups: a new one does not wait for its step. */
export function shownOf({ groups }: Drawn, count: number): Groups {
  const shown = new Set([...groups].filter((group) => group < count));
  for (const group of last(AT_ONCE, count)) shown.add(group);
  return shown;
}

/** The chapters whose groups have elements of their own: of what is drawn, or could be next, and what stands beside. */
export function openOf({ near, reached }: Sight, shown: Groups): Chapters {
  const open = new Set(reached);
  for (const group of [...shown, ...near]) {
    for (const beside of [group - 1, group, group + 1]) open.add(chapterOf(beside));
  }
  return open;
}

/** As far as it was seen: where nothing is near, what was reached before is not closed again. */
export function seen(drawn: Drawn, sight: Sight): Drawn {
  const nothing = sight.near.size === 0 && sight.reached.size === 0;
  return { ...drawn, ...sight, reached: nothing ? drawn.reached : sight.reached };
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
