/** The list in groups by age (pure): pinned ones first, the others as they are ordered. */
import type { ConversationRecord } from "../database/records";

export type GroupName = "pinned" | "today" | "yesterday" | "week" | "month" | "older";

export interface Group {
  name: GroupName;
  records: readonly ConversationRecord[];
}

const DAY_MS = 86_400_000;

export function groupsOf(records: readonly ConversationRecord[], now: number): readonly Group[] {
  const groups = new Map<GroupName, ConversationRecord[]>();
  for (const record of records) {
    const name = record.pinned ? "pinned" : ageOf(record.changedAt, now);
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [record]);
    else members.push(record);
  }
  return [...groups].map(([name, members]) => ({ name, records: members }));
}

/** By the days of the calendar: what was said at eleven in the evening is of yesterday an hour and a half later. */
export function ageOf(at: number, now: number): Exclude<GroupName, "pinned"> {
  // Rounded: a day with a change of the clocks has another length.
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  return days <= 30 ? "month" : "older";
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
