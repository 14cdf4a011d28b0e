/**
 * Exports of older versions, brought to the newest. Each step is history: it is never changed once released.
 *
 * Version 1 wrote a conversation with all of its turns in one line, and had no hash at its end. A long conversation
 * made a line of many megabytes then, and a byte that a disk had lost went unseen.
 */
import { ImportRefused } from "./format";
import type { Line } from "./read";

type Migration = (lines: readonly Line[]) => Line[];

const MIGRATIONS: readonly Migration[] = [turnsByThemselves];

/** The lines between the first and the last, as version `from` wrote them. */
export function migrated(lines: readonly Line[], from: number): readonly Line[] {
  return MIGRATIONS.slice(from - 1).reduce<readonly Line[]>((before, step) => step(before), lines);
}

function turnsByThemselves(lines: readonly Line[]): Line[] {
  return lines.flatMap((line, place) => {
    if (line["kind"] !== "conversation") return [line];
    const { turns, ...conversation } = line;
    if (!Array.isArray(turns)) throw new ImportRefused({ code: "malformed", line: place + 2, why: "it has no turns" });
    const each = turns.map((turn: unknown): Line => ({ ...(turn as object), kind: "turn", conversation: line["id"] }));
    return [conversation, ...each];
  });
}
